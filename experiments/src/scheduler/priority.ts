import type { PlanNode } from '../plan.ts';

/**
 * How urgent each node is: the cost of the longest chain of work that starts with it. Taking the
 * most urgent ready node first keeps all workers busy to the end (Graham's list scheduling by
 * critical path).
 */
export function urgencies(
  nodes: readonly PlanNode[],
  costOf: (node: PlanNode) => number = ({ cost }) => cost,
): Map<PlanNode, number> {
  const urgency = new Map<PlanNode, number>();
  // Nodes come after what they need, so backwards every dependent is known before.
  for (const node of [...nodes].reverse()) {
    const own = (urgency.get(node) ?? 0) + costOf(node);
    urgency.set(node, own);
    for (const need of Object.values(node.needs)) urgency.set(need, Math.max(urgency.get(need) ?? 0, own));
  }
  return urgency;
}
