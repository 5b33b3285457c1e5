import { duration } from '@id3/core';
import type { PlanNode } from '../plan.ts';
import { simulate } from './simulate.ts';

/** Devices of the clusters that a plan is tried on, on paper. */
const CLUSTERS = [8, 64];

/**
 * Prints how long a plan takes on clusters, and how idle they are; stages that were not timed take what they are taken to cost.
 * @param measured the seconds that a whole stage takes on one device
 */
export function printClusters(
  nodes: readonly PlanNode[],
  measured: ReadonlyMap<PlanNode, { readonly seconds: number }>,
): void {
  const secondsOf = (node: PlanNode) => measured.get(node)?.seconds ?? node.cost;
  for (const devices of CLUSTERS) {
    const { seconds, idle } = simulate(nodes, secondsOf, devices);
    console.log(
      `On ${devices} such devices at once: ${duration(seconds)}, of which they are idle ${(100 * idle).toFixed(0)} %.`,
    );
  }
}
