import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, errorCode, explainFileError, hashOf, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import type { PlanNode } from '../plan.ts';
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

/** What the time of a node's step depends on; undefined of a node that has no step which can be timed. */
export function timingKey({ step }: PlanNode, engine: string): string | undefined {
  if (step === undefined) return undefined;
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
    const timing = timings[timingKey(node, engine) ?? ''];
    if (timing === undefined || node.step === undefined) continue;
    const { steps, isProjected } = aboutStep(node.step);
    measured.set(node, {
      seconds: timing.seconds * steps,
      bytes: isProjected === true ? undefined : timing.bytes,
    });
  }
  return measured;
}
