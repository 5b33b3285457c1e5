import { explainDeviceError, selectCounting, selectEngine, type GraphCost } from '@id3/engine';
import { sum } from '@id3/core';
import { failureOf } from '@id3/core/child';
import type { TimingReply, TimingRequest } from './messages.ts';
import { kindsOf, takeSteps, timeStep } from './time-step.ts';

// A process that times one step, or counts what it takes, tells it, and ends.

const send = (reply: TimingReply): void => void process.send?.(reply);

process.once('message', async ({ step, engine }: TimingRequest) => {
  try {
    send(engine === undefined ? await counted(step) : await timed(step, engine));
  } catch (error) {
    send({ type: 'failed', ...failureOf(explainDeviceError(error, 'Nothing was to be kept')) });
  }
  process.disconnect();
});
// Also where the process that asked has died
process.once('disconnect', () => process.exit());

async function timed(
  step: TimingRequest['step'],
  { name: wanted, threads }: NonNullable<TimingRequest['engine']>,
): Promise<TimingReply> {
  const { name } = await selectEngine(wanted === 'auto' ? undefined : wanted, { threads });
  const seconds = await timeStep(step);
  return { type: 'timed', seconds, bytes: process.resourceUsage().maxRSS * 1024, engine: name };
}

async function counted(step: TimingRequest['step']): Promise<TimingReply> {
  let costs: GraphCost[] = [];
  await selectCounting((cost) => costs.push(cost));
  const kinds: { share: number; cost: GraphCost }[] = [];
  for (const kind of kindsOf(step)) {
    costs = [];
    await takeSteps(kind.step);
    // The others make its weights.
    kinds.push({ share: kind.share, cost: costs.sort((a, b) => b.nodes - a.nodes)[0] });
  }
  const mean = (count: Exclude<keyof GraphCost, 'peakBytes'>) =>
    sum(kinds.map(({ share, cost }) => share * cost[count]));
  return {
    type: 'counted',
    cost: {
      nodes: mean('nodes'),
      multiplications: mean('multiplications'),
      crossedBytes: mean('crossedBytes'),
      peakBytes: Math.max(...kinds.map(({ cost }) => cost.peakBytes)),
    },
  };
}
