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
  /** Undefined where it was timed with fewer images than it has. */
  readonly bytes: number | undefined;
}

/** Some of what jobs of a stage ask for. */
export interface Suggested {
  hours: number;
  memoryGb?: number;
}

/**
 * What the jobs of each kind of stage that was timed would ask a cluster for, in the words of its resources file: as much as the largest
 * of a kind needs. No memory where that of one is not known.
 */
export function suggestedResources(measured: ReadonlyMap<PlanNode, Measured>): Record<string, Suggested> {
  const kinds = new Set([...measured.keys()].map(({ stage }) => stage.name));
  return Object.fromEntries(
    [...kinds].map((kind): [string, Suggested] => {
      const all = [...measured].flatMap(([{ stage }, one]) => (stage.name === kind ? [one] : []));
      const hours = all.map(({ seconds }) => round((MARGIN * seconds) / 3600));
      const memoryGb = all.flatMap(({ bytes }) =>
        bytes === undefined ? [] : [round((MARGIN * bytes) / 2 ** 30)],
      );
      return [
        kind,
        {
          hours: Math.max(LEAST.hours, ...hours),
          ...(memoryGb.length === all.length && { memoryGb: Math.max(LEAST.memoryGb, ...memoryGb) }),
        },
      ];
    }),
  );
}
