import type { PlanNode } from '../plan.ts';

/** Of what was measured, so much is asked for: machines differ, and a job that asks for too little is ended. */
const MARGIN = 1.5;
/** What starting takes, and Node itself. */
const LEAST = { hours: 0.25, memoryGb: 1 };
const round = (n: number): number => Number(n.toPrecision(2));

/** What is known of a stage that was timed. */
export interface Measured {
  /** Of the whole stage. */
  readonly seconds: number;
  readonly bytes: number;
}

/** What the jobs of each kind of stage that was timed would ask a cluster for, in the words of its resources file. */
export function suggestedResources(
  measured: ReadonlyMap<PlanNode, Measured>,
): Record<string, { hours: number; memoryGb: number }> {
  const stages: Record<string, { hours: number; memoryGb: number }> = {};
  for (const [{ stage }, { seconds, bytes }] of measured) {
    const known = stages[stage.name] ?? LEAST;
    stages[stage.name] = {
      hours: Math.max(known.hours, round((MARGIN * seconds) / 3600)),
      memoryGb: Math.max(known.memoryGb, round((MARGIN * bytes) / 2 ** 30)),
    };
  }
  return stages;
}
