import type { PlanNode } from '../plan.ts';
import { hasEnded, isWaiting, type QueuedState } from './client.ts';
import { batchFolder, readEnded, readStarted, type Ended, type Submission } from './records.ts';

/** How a submitted node stands. */
export type Verdict =
  /** With the job that it waits for now: of a split node, one of its parts until all have ended. */
  | { readonly is: 'queued' | 'running'; readonly job: string; readonly state: QueuedState }
  | { readonly is: 'failed'; readonly message: string }
  /** Its job was cancelled before it began: by a person, or by Slurm with what it needs. */
  | { readonly is: 'cancelled'; readonly message: string }
  /** Its job will not bring it to an end, and that is not the stage's fault. */
  | { readonly is: 'lost'; readonly why: string }
  /** It was saved and not put back into the queue. */
  | { readonly is: 'left' };

/**
 * How a node whose result is not there stands, by its jobs' own records first and by the queue after that: Slurm forgets an ended job
 * soon, and says FAILED also of one that never began.
 */
export function verdictOn(
  { label }: Pick<PlanNode, 'label'>,
  root: string,
  submission: Submission,
  queue: ReadonlyMap<string, QueuedState>,
): Verdict {
  const pieces = piecesOf(root, submission);
  for (const { job, ended } of pieces) {
    const inQueue = queue.get(job);
    // What looked like a scancel may have been Slurm's making room: then it puts the job back.
    const isFinal = inQueue === undefined || hasEnded(inQueue);
    if (ended?.how === 'failed') return { is: 'failed', message: ended.message ?? 'it failed' };
    if (ended?.how === 'cancelled' && isFinal) return { is: 'failed', message: cancelled(submission) };
    if (ended?.how === 'left') return { is: 'left' };
  }
  const states = pieces.map(({ job }) => queue.get(job));
  const last = states.at(-1);
  if (last !== undefined && !hasEnded(last)) {
    const alive = pieces.flatMap(({ job }, k) => {
      const state = states[k];
      return state === undefined || hasEnded(state) ? [] : [{ job, state }];
    });
    const running = alive.find(({ state }) => !isWaiting(state));
    return running === undefined ? { is: 'queued', ...alive[0] } : { is: 'running', ...running };
  }
  // Of the pieces, the first that ended without a word tells why those after it could not begin.
  const silent = pieces.findIndex(
    ({ ended }, k) => ended === undefined && (states[k] === undefined || hasEnded(states[k])),
  );
  const { job, started } = pieces[silent] ?? pieces[pieces.length - 1];
  const said = states[silent]?.state;
  if (said === 'CANCELLED' && started === undefined)
    return { is: 'cancelled', message: `job ${job} was cancelled` };
  if (said === 'OUT_OF_MEMORY')
    return {
      is: 'failed',
      message: `job ${job} had too little memory; raise memoryGb of ${label.split(' ')[0]} in the resources file`,
    };
  const what = started === undefined ? 'never began' : 'ended without a word';
  return { is: 'lost', why: `job ${job} ${what}${said === undefined ? '' : ` (Slurm says ${said})`}` };
}

const cancelled = ({ job }: Submission): string => `job ${job} was cancelled`;

/** The jobs that bring a node to its end, with what each has said; the last is the one that others wait for. */
function piecesOf(root: string, { batch, index, job, partsBatch, partsJob, parts }: Submission) {
  const piece = (id: string, k: number, name: string) => {
    const folder = batchFolder(root, id);
    const [started, ended] = [readStarted(folder, k), readEnded(folder, k)];
    return { job: name, started, ended };
  };
  const split =
    partsBatch === undefined
      ? []
      : Array.from({ length: parts }, (_, k) => piece(partsBatch, k, `${partsJob}_${k}`));
  return [...split, piece(batch, index, job)] satisfies { job: string; ended: Ended | undefined }[];
}
