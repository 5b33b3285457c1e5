import { join } from 'node:path';
import { UserError } from '@id3/core';
import { Child, ChildFailure } from '@id3/core/child';
import type { TimingReply, TimingRequest } from './messages.ts';

const ENTRY = join(import.meta.dirname, 'process.ts');

export const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Has a process of its own time or count a step, so that the peak memory is that step's and is given back. Throws a UserError where it
 * cannot, as for want of memory.
 *
 * @param label of the stage; @param type of the answer
 */
export async function ask<Type extends 'timed' | 'counted'>(
  request: TimingRequest,
  label: string,
  type: Type,
): Promise<Extract<TimingReply, { type: Type }>> {
  const child = new Child<TimingRequest, TimingReply>(ENTRY, request.engine?.threads ?? 1);
  try {
    return await child.ask(request, (reply, answer: (reply: never) => void) => {
      if (reply.type === 'failed') throw new ChildFailure(reply.message, reply.mendable);
      if (reply.type === type) answer(reply as never);
    });
  } catch (error) {
    if (!(error instanceof ChildFailure)) throw error;
    throw new UserError(`Timing a step of "${label}" failed: ${error.message}`);
  }
}
