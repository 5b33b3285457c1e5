import { duration, hashOf, sum } from '@id3/core';
import type { GraphCost } from '@id3/engine';
import type { Plan, PlanNode } from '../plan.ts';
import { aboutStep } from './about-step.ts';
import { ask, gib } from './ask.ts';
import { fitRates, leftOutErrors, singly, together } from './device-model.ts';
import type { Device } from './devices.ts';
import { printClusters } from './print-clusters.ts';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/**
 * Counts what one step of every kind of stage in the plan takes, which computes nothing, and prints what the whole plan would take on a
 * device on which other steps were measured.
 * @param onClusters whether on several of them, too
 */
export async function printDeviceEstimate(
  plan: Plan,
  { name: device, steps: measured, source }: Device,
  onClusters: boolean,
): Promise<void> {
  console.log(`Counting what a step of each stage takes, without computing it, for one ${device}.\n`);
  const rates = fitRates(measured);
  const known = new Map<string, GraphCost>();
  const stages = new Map<PlanNode, { seconds: number; singly: number; peak: number }>();
  for (const node of plan.nodes) {
    const { step, label } = node;
    if (step === undefined) continue;
    const { name, steps, timedBy } = aboutStep(step, { whole: true });
    const key = hashOf([name, timedBy]);
    const cost = known.get(key) ?? (await ask({ step }, label, 'counted')).cost;
    known.set(key, cost);
    const alone = (singly(rates, cost) / 1000) * steps;
    const seconds = step.of === 'sampling' ? alone : (together(rates, cost) / 1000) * steps;
    stages.set(node, { seconds, singly: alone, peak: cost.peakBytes });
    const unlooped = seconds < alone ? ` (${duration(alone)} with steps taken singly)` : '';
    console.log(
      `${label}: ${(seconds / steps).toPrecision(2)} s and ${gib(cost.peakBytes)} per ${name} × ${steps} = ${duration(seconds)}${unlooped}`,
    );
  }
  const all = [...stages.values()];
  const errors = leftOutErrors(measured)
    .map(Math.abs)
    .sort((a, b) => a - b);
  console.log(
    `\nIn all ${duration(sum(all.map(({ seconds }) => seconds)))} on one ${device} ` +
      `(${duration(sum(all.map((stage) => stage.singly)))} with all steps taken singly, as the device was measured); ` +
      `a step takes up to ${gib(Math.max(...all.map(({ peak }) => peak)))} of its memory. Stages that cannot be timed are left out.\n` +
      `By ${measured.length} steps (${source}): each, told by the others, was off by ${percent(errors[0])} to ` +
      `${percent(errors.at(-1)!)}, half of them by ${percent(errors[Math.floor(errors.length / 2)])} or more. ` +
      'Steps taken together have not been measured on it.',
  );
  if (onClusters) printClusters(plan.nodes, stages);
}
