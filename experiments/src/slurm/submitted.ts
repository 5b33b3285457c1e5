import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '@id3/core';
import { nodeFolder, type PlanNode } from '../plan.ts';
import { isDone } from '../scheduler/done.ts';
import { slurm, type QueuedState } from './client.ts';
import { clusterFolder, readSubmission, type Submission } from './records.ts';
import { verdictOn, type Verdict } from './verdict.ts';

/** A node that was submitted, whoever did it. */
export interface Submitted extends Submission {
  readonly verdict: Verdict | { readonly is: 'finished' };
}

/** Every node of a folder of results that was ever submitted, and how it stands. Throws a UserError where Slurm does not answer. */
export async function submittedIn(root: string): Promise<Submitted[]> {
  const queue = await slurm.queueNow();
  const nodes = join(clusterFolder(root), 'nodes');
  return namesIn(nodes).flatMap((stage) =>
    namesIn(join(nodes, stage)).flatMap((name) => {
      const key = /^(\w+)\.json$/.exec(name)?.[1];
      const node = { stage: { name: stage }, key: key ?? '' };
      const submission = key === undefined ? undefined : readSubmission(root, node);
      if (submission === undefined) return [];
      const isFinished = isDone(join(root, stage, node.key));
      return [
        {
          ...submission,
          verdict: isFinished
            ? ({ is: 'finished' } as const)
            : verdictOn(submission, root, submission, queue),
        },
      ];
    }),
  );
}

/** The jobs of a node that may still be in the queue: its own, and the array of its parts. */
export const jobsOf = ({ job, partsJob }: Submission): string[] =>
  partsJob === undefined ? [job] : [partsJob, job];

/** So long what the queue said is taken for true. */
const QUEUE_MS = 5_000;

/** Tells of a node of a folder of results which running job computes it; undefined where none does, or where nobody here can ask Slurm. */
export function runningJobs(root: string): (node: PlanNode) => Promise<string | undefined> {
  let asked: ReturnType<typeof slurm.queue> | undefined;
  let askedAt = 0;
  return async (node) => {
    const submission = readSubmission(root, node);
    if (submission === undefined || isDone(join(root, nodeFolder(node)))) return undefined;
    if (asked === undefined || Date.now() - askedAt > QUEUE_MS) {
      asked = slurm.queue().catch(() => undefined);
      askedAt = Date.now();
    }
    const queue = await asked;
    const verdict = queue && verdictOn(node, root, submission, queue);
    return verdict?.is === 'running' ? verdict.job : undefined;
  };
}

/** How a node stands, in a few words. */
export function wordsFor({ verdict, batch }: Submitted): string {
  if (verdict.is === 'finished') return 'finished';
  if (verdict.is === 'failed')
    return `failed: ${verdict.message.split('\n')[0]}; its logs are in cluster/batches/${batch}`;
  if (verdict.is === 'cancelled') return verdict.message;
  if (verdict.is === 'lost') return `lost: ${verdict.why}; the command that submitted it submits it again`;
  if (verdict.is === 'left') return 'saved; the command that submitted it submits it again';
  return `${verdict.is}, job ${verdict.job}${placeOf(verdict.state)}`;
}

function placeOf({ reason, node, restarts }: QueuedState): string {
  const again = restarts > 0 ? `, put back ${restarts === 1 ? 'once' : `${restarts} times`}` : '';
  return `${node === undefined ? '' : ` on ${node}`}${reason === undefined ? '' : ` (${reason})`}${again}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}
