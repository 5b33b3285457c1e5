import { describe, expect, it } from 'vitest';
import { diamond } from '../fixtures/plan.ts';
import { countingStage } from '../fixtures/stages.ts';
import { Plan, type PlanNode } from '../plan.ts';
import { simulate } from './simulate.ts';
import { suggestedResources, type Measured } from './suggest.ts';

const hour = () => 3600;

describe('a plan on paper', () => {
  // a, then b and c, then d; b may be split in eight.
  const { nodes } = diamond(1).plan;

  it('takes the sum of its stages on one device, which is never idle', () => {
    const { seconds, idle } = simulate(nodes, hour, 1);
    expect(seconds).toBeCloseTo(4 * 3600, 6);
    expect(idle).toBeCloseTo(0, 6);
  });

  it('takes no less than its longest chain, however many devices there are', () => {
    // a, c, d: an hour each; b beside c.
    const { seconds, idle } = simulate(nodes, hour, 64);
    expect(seconds).toBeCloseTo(3 * 3600, 6);
    expect(idle).toBeCloseTo(1 - 4 / (3 * 64), 6);
  });

  it('of two devices: the parts of b fill what c leaves', () => {
    // Half of b beside c for half an hour, its other half after it beside the rest of c.
    expect(simulate(nodes, hour, 2).seconds).toBeCloseTo(3.5 * 3600, 6);
  });

  it('lies between the bounds of list scheduling for any plan', () => {
    const plan = new Plan();
    const made: PlanNode[] = [];
    for (let k = 0; k < 40; k++) {
      const needs = Object.fromEntries(
        made.filter((_, j) => (j * 7 + k) % 11 === 0).map((node, j) => [`n${j}`, node]),
      );
      made.push(
        plan.add(
          countingStage,
          { name: `${k}`, steps: 1, pause: 1 },
          { before: needs as never },
          { variant: 'full' },
        ),
      );
    }
    const secondsOf = (node: PlanNode) => 1 + (Number(node.inputs.name) % 5);
    const work = made.reduce((sum, node) => sum + secondsOf(node), 0);
    const chain = simulate(made, secondsOf, 1000).seconds;
    for (const devices of [1, 2, 3, 8]) {
      const { seconds, idle } = simulate(made, secondsOf, devices);
      expect(seconds).toBeGreaterThanOrEqual(Math.max(chain, work / devices) - 1e-9);
      // Graham's bound.
      expect(seconds).toBeLessThanOrEqual(work / devices + (1 - 1 / devices) * chain + 1e-9);
      expect(idle).toBeCloseTo(1 - work / (seconds * devices), 9);
    }
  });
});

it('what was measured becomes what is asked for, the most of each kind and a margin', () => {
  const [a, b, c] = diamond(1).plan.nodes;
  const measured = new Map<PlanNode, Measured>([
    [a, { seconds: 3600, bytes: 2 ** 30 }],
    [b, { seconds: 7200, bytes: 2 ** 30 }],
    [c, { seconds: 1800, bytes: 4 * 2 ** 30 }],
  ]);
  expect(suggestedResources(measured)).toEqual({
    counting: { hours: 1.5, memoryGb: 6 },
    split: { hours: 3, memoryGb: 1.5 },
  });
  // Of one that was timed with fewer images nobody knows the memory.
  expect(suggestedResources(measured.set(c, { seconds: 1800, bytes: undefined })).counting).toEqual({
    hours: 1.5,
  });
});
