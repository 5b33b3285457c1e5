import { join } from 'node:path';
import { grantedCores } from '@id3/core';
import { Child, ChildFailure } from '@id3/core/child';
import type { Finding } from './findings.ts';
import type { FromLooker, ToLooker } from './look-worker.ts';
import type { LookOptions } from './look.ts';

/** Photos that a worker is sent at a time. */
const CHUNK = 8;
const ENTRY = join(import.meta.dirname, 'look-worker.ts');

export interface PoolOptions {
  /** Worker processes; default: one a core, and no more than have work. */
  readonly workers?: number;
  /** Told once which engine computes. */
  readonly onEngine?: (description: string) => void;
}

/** So many encoded photos, read one at a time. */
interface Pictures {
  readonly count: number;
  picture(k: number): Uint8Array | string;
}

/**
 * Looks at photos in worker processes, a few at a time in each. A finding is told as soon as it is made, in no certain order; it
 * depends on its photo alone, so it is the same whatever the number of workers. Rejects with a {@link ChildFailure} where a worker
 * fails or dies; what was told until then stands.
 */
export async function lookAtPhotos(
  { count: photos, picture }: Pictures,
  options: LookOptions,
  found: (i: number, finding: Finding) => void,
  { workers = grantedCores(), onEngine }: PoolOptions = {},
): Promise<void> {
  const count = Math.min(workers, Math.ceil(photos / CHUNK));
  const threads = Math.max(1, Math.floor(grantedCores() / Math.max(1, count)));
  const children = Array.from({ length: count }, () => new Child<ToLooker, FromLooker>(ENTRY, threads));
  let next = 0;
  const work = async (child: Child<ToLooker, FromLooker>, isFirst: boolean): Promise<void> => {
    const engine = await ask(child, { type: 'start', options, threads });
    if (isFirst && engine.type === 'started') onEngine?.(engine.engine);
    while (next < photos) {
      const from = next;
      next += CHUNK;
      const pictures = Array.from({ length: Math.min(CHUNK, photos - from) }, (_, k) => picture(from + k));
      const reply = await ask(child, { type: 'look', pictures });
      if (reply.type === 'found') reply.findings.forEach((finding, k) => found(from + k, finding));
    }
  };
  try {
    await Promise.all(children.map((child, k) => work(child, k === 0)));
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

const ask = (child: Child<ToLooker, FromLooker>, question: ToLooker): Promise<FromLooker> =>
  child.ask(question, (reply, answer: (reply: FromLooker) => void) => {
    if (reply.type === 'failed') throw new ChildFailure(reply.message, reply.mendable);
    answer(reply);
  });
