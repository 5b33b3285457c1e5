import { join } from 'node:path';
import { Child } from '@id3/core/child';

/** The work at hand: images of a step, their size and the channels of the network's first level. */
export interface Work {
  batch: number;
  size: number;
  channels: number;
}

export const DEFAULT_WORK: Work = { batch: 32, size: 32, channels: 64 };

export interface ProbeRequest {
  engine: string;
  threads: number | undefined;
  work: Work;
}
/** Milliseconds of a step, or in one sentence why there are none. */
export type ProbeReply = { ms: number } | { failed: string };

/** A driver may hang instead of failing. */
const PATIENCE_MS = 60_000;

/**
 * Times a training step of a small convolutional network on an engine, in a process of its own: a driver that crashes or hangs
 * takes nothing with it.
 */
export async function probe(engine: string, threads: number | undefined, work: Work): Promise<ProbeReply> {
  const child = new Child<ProbeRequest, ProbeReply>(
    join(import.meta.dirname, 'probe-process.ts'),
    threads ?? 1,
  );
  const timer = setTimeout(() => void child.stop(), PATIENCE_MS);
  try {
    return await child.ask<ProbeReply>({ engine, threads, work }, (reply, answer) => answer(reply));
  } catch (error) {
    return { failed: `its probe ${(error as Error).message.split('\n')[0]}` };
  } finally {
    clearTimeout(timer);
    await child.stop();
  }
}
