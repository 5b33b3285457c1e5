import { explainDeviceError, selectEngine } from '@id3/engine';
import { failureOf } from '@id3/core/child';
import type { TimingReply, TimingRequest } from './messages.ts';
import { timeStep } from './time-step.ts';

// A process that times one step, tells what it took, and ends.

const send = (reply: TimingReply): void => void process.send?.(reply);

process.once('message', async ({ step, engine, threads }: TimingRequest) => {
  try {
    const { name } = await selectEngine(engine === 'auto' ? undefined : engine, { threads });
    const seconds = await timeStep(step);
    send({ type: 'timed', seconds, bytes: process.resourceUsage().maxRSS * 1024, engine: name });
  } catch (error) {
    send({ type: 'failed', ...failureOf(explainDeviceError(error, 'Nothing was to be kept')) });
  }
  process.disconnect();
});
// Also where the process that asked has died
process.once('disconnect', () => process.exit());
