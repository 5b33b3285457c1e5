import { describe, expect, it } from 'vitest';
import { countingStage, splitStage } from '../fixtures/stages.ts';
import { Plan, type PlanNode } from '../plan.ts';
import { planBatches, type PlannedBatch } from './batches.ts';

const about = { variant: 'full' };
const inputs = (name: string) => ({ name, steps: 8, pause: 1 });

/** Stages in rows: each of a row needs all of the row before. */
function rows(plan: Plan, counts: readonly number[]): PlanNode[] {
  let before: PlanNode[] = [];
  for (const [row, count] of counts.entries()) {
    const needs = Object.fromEntries(before.map((node, k) => [`n${k}`, node]));
    before = Array.from({ length: count }, (_, k) =>
      plan.add(
        countingStage,
        inputs(`${row}-${k}`),
        { before: needs as never },
        { ...about, label: `${row}-${k}` },
      ),
    );
  }
  return plan.nodes;
}

const nobody = () => undefined;
const asked = (parts: number) => () => ({ parts, partMinutes: 0 });
const shape = (batches: readonly PlannedBatch[]) =>
  batches.map(({ work, tasks, after }) => `${work} ${tasks} after ${JSON.stringify(after)}`);

describe('jobs of nodes', () => {
  it('are one array where they wait for the same, whatever their number', () => {
    expect(shape(planBatches(rows(new Plan(), [1, 300, 1]), nobody, asked(1), 1001))).toEqual([
      'all 1 after []',
      'all 300 after [{"batch":0}]',
      `all 1 after ${JSON.stringify(
        Array.from({ length: 300 }, (_, index) => JSON.stringify({ batch: 1, index }))
          .sort()
          .map((text) => JSON.parse(text) as object),
      )}`,
    ]);
  });

  it('are no more in an array than the cluster takes', () => {
    expect(planBatches(rows(new Plan(), [2500]), nobody, asked(1), 1001).map(({ tasks }) => tasks)).toEqual([
      1001, 1001, 498,
    ]);
    const plan = new Plan();
    plan.add(splitStage, inputs('b'), { before: {} }, about);
    expect(planBatches(plan.nodes, nobody, asked(8), 3).map(({ tasks }) => tasks)).toEqual([3, 1]);
  });

  it('of a split stage are an array and one after it; of one that is not worth it, one', () => {
    const plan = new Plan();
    const b = plan.add(splitStage, inputs('b'), { before: {} }, about);
    plan.add(countingStage, inputs('d'), { before: { b } }, about);
    expect(shape(planBatches(plan.nodes, nobody, asked(4), 1001))).toEqual([
      'part 4 after []',
      'finish 1 after [{"batch":0}]',
      'all 1 after [{"batch":1}]',
    ]);
    expect(planBatches(plan.nodes, nobody, () => ({ parts: 4, partMinutes: 10 }), 1001)).toHaveLength(2);
  });

  it('wait for what somebody has in the queue, and for nothing whose result is there', () => {
    const plan = new Plan();
    const [a, b] = ['a', 'b'].map((name) => plan.add(countingStage, inputs(name), { before: {} }, about));
    const d = plan.add(countingStage, inputs('d'), { before: { a, b } }, about);
    const queued = (node: PlanNode) => (node === a ? '17_3' : undefined);
    expect(planBatches([d], queued, asked(1), 1001)[0].after).toEqual([{ job: '17_3' }]);
  });
});
