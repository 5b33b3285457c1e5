import type { PlanNode } from '../plan.ts';
import { urgencies } from '../scheduler/priority.ts';

/** How long a plan takes on a number of devices, and how much of their time they stand idle. */
export interface Simulated {
  readonly seconds: number;
  /** 0 to 1. */
  readonly idle: number;
}

/**
 * Runs a plan on paper: a device takes one stage, or one part of a split one, at a time, the most urgent first.
 * @param nodes each after those it needs; @param secondsOf what a whole stage takes on one device
 */
export function simulate(
  nodes: readonly PlanNode[],
  secondsOf: (node: PlanNode) => number,
  devices: number,
): Simulated {
  const urgency = urgencies(nodes, secondsOf);
  const inPlan = new Set(nodes);
  const waitsFor = new Map(
    nodes.map((node) => [node, new Set(Object.values(node.needs).filter((need) => inPlan.has(need)))]),
  );
  const dependants = new Map<PlanNode, PlanNode[]>(nodes.map((node) => [node, []]));
  for (const [node, needs] of waitsFor) for (const need of needs) dependants.get(need)!.push(node);
  const partsLeft = new Map<PlanNode, number>();
  const ready: PlanNode[] = [];
  const running: { node: PlanNode; until: number }[] = [];
  const begin = (node: PlanNode): void => {
    const parts = Math.min(node.maxParts, devices);
    partsLeft.set(node, parts);
    for (let part = 0; part < parts; part++) ready.push(node);
    ready.sort((a, b) => urgency.get(b)! - urgency.get(a)!);
  };
  for (const node of nodes) if (waitsFor.get(node)!.size === 0) begin(node);
  let now = 0;
  let busy = 0;
  while (ready.length > 0 || running.length > 0) {
    while (ready.length > 0 && running.length < devices) {
      const node = ready.shift()!;
      const seconds = secondsOf(node) / Math.min(node.maxParts, devices);
      busy += seconds;
      running.push({ node, until: now + seconds });
    }
    running.sort((a, b) => a.until - b.until);
    const { node, until } = running.shift()!;
    now = until;
    partsLeft.set(node, partsLeft.get(node)! - 1);
    if (partsLeft.get(node) !== 0) continue;
    for (const dependant of dependants.get(node)!) {
      waitsFor.get(dependant)!.delete(node);
      if (waitsFor.get(dependant)!.size === 0) begin(dependant);
    }
  }
  return { seconds: now, idle: now === 0 ? 0 : 1 - busy / (now * devices) };
}
