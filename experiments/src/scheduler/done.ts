import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import type { PlanNode } from '../plan.ts';
import { LOCK_FILE } from './lock.ts';

const FILE = 'done.json';
/** Files of a stage's folder that are not its results. */
const OWN = new Set([FILE, LOCK_FILE]);

/** Of what the file holds, what is read again: bytes of each result by file name. */
const doneSchema = z.object({ files: z.record(z.string(), z.int()) });

/** Marks a stage's folder as complete; written last, so what lies there before is the work of a killed run. */
export function markDone(folder: string, node: Pick<PlanNode, 'key' | 'inputs' | 'stage'>): void {
  // What a killed process had begun to write.
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name));
  const names = readdirSync(folder).filter((name) => !OWN.has(name));
  const files = Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).size]));
  const { key, inputs, stage } = node;
  const about = { stage: stage.name, version: stage.version, key, inputs };
  writeFileAtomic(join(folder, FILE), JSON.stringify({ ...about, files }, null, 1));
}

/** Whether a stage's folder is complete: marked as such, and no result deleted or cut short since. */
export function isDone(folder: string): boolean {
  try {
    const { files } = doneSchema.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
    return Object.entries(files).every(([name, bytes]) => statSync(join(folder, name)).size === bytes);
  } catch {
    return false;
  }
}
