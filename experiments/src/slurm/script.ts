import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PlannedBatch } from './batches.ts';
import { JOB_NAME } from './client.ts';
import { sbatchOptions, type AskedFor } from './resources.ts';

const ENTRY = join(import.meta.dirname, 'job.ts');

/** A text as one word of a shell. */
const quoted = (text: string): string =>
  /^[\w.,:=/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Slurm reads these lines up to a space. */
const line = (option: string): string => `#SBATCH ${quoted(option)}`;

/**
 * The script of a batch, as sbatch gets it.
 * @param folder of the batch; @param after the jobs it waits for
 */
export function scriptOf(
  { tasks, nodes, work }: PlannedBatch,
  asked: AskedFor,
  {
    id,
    folder,
    after,
    setup = [],
  }: { id: string; folder: string; after: readonly string[]; setup?: readonly string[] | undefined },
): string {
  const isArray = tasks > 1;
  const more = nodes.length > 1 ? ` and ${nodes.length - 1} more` : '';
  const options = [
    `--job-name=${JOB_NAME}${id}`,
    `--comment=${nodes[0].label}${more}${work === 'all' ? '' : `, ${work}`}`.replaceAll(' ', '_'),
    `--output=${folder}/log-${isArray ? '%a' : '0'}.txt`,
    '--open-mode=append',
    '--requeue',
    ...(isArray ? [`--array=0-${tasks - 1}${asked.atOnce === undefined ? '' : `%${asked.atOnce}`}`] : []),
    ...(after.length > 0 ? [`--dependency=afterok:${after.join(':')}`, '--kill-on-invalid-dep=yes'] : []),
    ...sbatchOptions(asked),
  ];
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const scratch =
    asked.scratch === undefined
      ? []
      : [`export TMPDIR=${quoted(asked.scratch)}/id3-$SLURM_JOB_ID`, 'mkdir -p "$TMPDIR"'];
  return [
    '#!/bin/bash',
    ...options.map(line),
    ...setup,
    ...scratch,
    // In the shell's place, so that signals for the batch shell reach it.
    `exec ${[process.execPath, '--import', tsx, ENTRY, folder].map(quoted).join(' ')}`,
    '',
  ].join('\n');
}
