import type { PlanNode } from '../plan.ts';
import type { JobWork } from './records.ts';
import type { AskedFor } from './resources.ts';

/** A job, or one task of an array, that another waits for: by its place in this submission, or by its id in the queue. */
export type After = { readonly batch: number; readonly index: number | undefined } | { readonly job: string };

/** Jobs that are submitted together, as one array where there are several. */
export interface PlannedBatch {
  readonly stage: string;
  readonly work: JobWork;
  readonly nodes: readonly PlanNode[];
  readonly parts: number;
  readonly tasks: number;
  readonly after: readonly After[];
}

/**
 * Makes jobs of nodes: one array of the nodes of one stage that wait for the same, one array of the parts of a split node and a
 * job after it. So each job waits for just what it needs, and a failure takes along its dependants alone.
 * @param nodes what is to be submitted, each after those it needs
 * @param queued the job that is to bring a node, where it is in the queue already; undefined where its result is there
 * @param asked what the jobs of a stage ask for; @param maxTasks of an array
 */
export function planBatches(
  nodes: readonly PlanNode[],
  queued: (node: PlanNode) => string | undefined,
  asked: (stage: string) => Pick<AskedFor, 'parts' | 'partMinutes'>,
  maxTasks: number,
): PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  const wanted = new Set(nodes);
  const ends = new Map<PlanNode, After>();
  const afterOf = (node: PlanNode): After[] =>
    Object.values(node.needs).flatMap((need): After[] => {
      const own = ends.get(need);
      if (own !== undefined) return [own];
      const job = queued(need);
      return job === undefined ? [] : [{ job }];
    });
  const add = (batch: PlannedBatch): number => batches.push(batch) - 1;
  while (wanted.size > 0) {
    const ready = [...wanted].filter((node) => !Object.values(node.needs).some((need) => wanted.has(need)));
    const groups = new Map<string, PlanNode[]>();
    for (const node of ready) {
      wanted.delete(node);
      const parts = partsOf(node, asked(node.stage.name), maxTasks);
      const about = { stage: node.stage.name, nodes: [node], parts };
      if (parts > 1) {
        const batch = add({ ...about, work: 'part', tasks: parts, after: unique(afterOf(node)) });
        const after = [{ batch, index: undefined }];
        ends.set(node, { batch: add({ ...about, work: 'finish', tasks: 1, after }), index: undefined });
        continue;
      }
      const key = JSON.stringify([node.stage.name, unique(afterOf(node))]);
      groups.set(key, [...(groups.get(key) ?? []), node]);
    }
    for (const group of groups.values())
      for (let k = 0; k < group.length; k += maxTasks) {
        const chunk = group.slice(k, k + maxTasks);
        const about = { stage: chunk[0].stage.name, nodes: chunk, parts: 1, tasks: chunk.length };
        const batch = add({ ...about, work: 'all', after: unique(afterOf(chunk[0])) });
        chunk.forEach((node, index) =>
          ends.set(node, { batch, index: chunk.length > 1 ? index : undefined }),
        );
      }
  }
  return batches;
}

/** Into how many jobs a node is split: no more than its work is worth. */
function partsOf(
  node: PlanNode,
  { parts, partMinutes }: Pick<AskedFor, 'parts' | 'partMinutes'>,
  maxTasks: number,
): number {
  const worth = partMinutes === 0 ? Infinity : Math.ceil(node.cost / 60 / partMinutes);
  return Math.max(1, Math.min(node.maxParts, parts, worth, maxTasks));
}

/** Each once, in an order that does not depend on who needs it as what. */
const unique = (after: readonly After[]): After[] =>
  [...new Set(after.map((one) => JSON.stringify(one)))].sort().map((text) => JSON.parse(text) as After);
