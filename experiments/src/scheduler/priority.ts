import type { PlanNode } from '../plan.ts';

/**
 * How urgent each node is: the cost of the longest chain of work that starts with it. Taking the
 * most urgent ready node first keeps all workers busy to the end (Graham's list scheduling by
 * critical path).
 */
export function urgencies(nodes: readonly PlanNode[]): Map<PlanNode, number> {
  const urgency = new Map<PlanNode, number>();
  // Nodes come after their dependencies, so backwards every dependent is known before.
  for (const node of [...nodes].reverse()) {
    const own = (urgency.get(node) ?? 0) + node.stage.cost(node.inputs);
    urgency.set(node, own);
    for (const dependency of Object.values(node.dependencies))
      urgency.set(dependency, Math.max(urgency.get(dependency) ?? 0, own));
  }
  return urgency;
}
