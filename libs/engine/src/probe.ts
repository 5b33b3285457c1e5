import { join } from 'node:path';
import { firstLine } from '@id3/core';
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

/** The process that probes, and how long it may take: a driver may hang instead of failing. */
const PROBE = { entry: join(import.meta.dirname, 'probe-process.ts'), patienceMs: 60_000 };

/**
 * Times a training step of a small convolutional network on an engine, in a process of its own: a driver that crashes or hangs
 * takes nothing with it.
 */
export async function probe(
  engine: string,
  threads: number | undefined,
  work: Work,
  { entry, patienceMs } = PROBE,
): Promise<ProbeReply> {
  const child = new Child<ProbeRequest, ProbeReply>(entry, threads ?? 1);
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    void child.stop();
  }, patienceMs);
  try {
    return await child.ask<ProbeReply>({ engine, threads, work }, (reply, answer) => answer(reply));
  } catch (error) {
    return {
      failed: hangs
        ? `its probe gave no answer in ${patienceMs / 1000} s`
        : `in its probe ${firstLine(error)}`,
    };
  } finally {
    clearTimeout(timer);
    await child.stop();
  }
}
