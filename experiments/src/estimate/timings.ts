import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, errorCode, explainFileError, hashOf, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import type { PlanNode } from '../plan.ts';
import type { Step } from '../step.ts';
import { aboutStep } from './about-step.ts';
import type { Measured } from './suggest.ts';

// What steps took, kept beside the results: a later submission asks a cluster for as much as they need.

const timingsSchema = z.record(
  z.string(),
  z.object({ seconds: z.number().positive(), bytes: z.number().positive() }),
);

/** By what the time of a step depends on, the seconds and the memory of one; see {@link timingKey}. */
export type Timings = z.infer<typeof timingsSchema>;

const fileIn = (root: string): string => join(root, 'estimate.json');

/** What the time of a step depends on. */
export function timingKey(step: Step, engine: string): string {
  const { name, timedBy } = aboutStep(step);
  return hashOf([engine, name, timedBy]);
}

/** What was timed for a folder of results; nothing where nothing was. Throws a UserError where the file is damaged. */
export function readTimings(root: string): Timings {
  const timings = timingsIn(fileIn(root));
  if (timings === undefined)
    throw new UserError(`${fileIn(root)} is damaged; delete it, or let --estimate write it again.`);
  return timings;
}

/** Adds to what was timed for a folder of results, or begins anew where the file is damaged. */
export function saveTimings(root: string, timings: Timings): void {
  const path = fileIn(root);
  writeFileAtomic(path, JSON.stringify({ ...timingsIn(path), ...timings }, null, 1));
}

/** Undefined where the file is damaged. */
function timingsIn(path: string): Timings | undefined {
  try {
    return timingsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    if (errorCode(error) !== undefined) throw explainFileError(error, path);
    return undefined;
  }
}

/** What the nodes take of which a step was timed. */
export function measuredIn(
  nodes: readonly PlanNode[],
  timings: Timings,
  engine: string,
): Map<PlanNode, Measured> {
  const measured = new Map<PlanNode, Measured>();
  for (const node of nodes) {
    const { step } = node;
    if (step === undefined) continue;
    const timing = timings[timingKey(step, engine)];
    if (timing === undefined) continue;
    const { steps, isProjected } = aboutStep(step);
    measured.set(node, {
      seconds: timing.seconds * steps,
      bytes: isProjected === true ? undefined : timing.bytes,
    });
  }
  return measured;
}
