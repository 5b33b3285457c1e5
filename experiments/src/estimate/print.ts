import { resolve } from 'node:path';
import { duration, sum } from '@id3/core';
import type { Config } from '../config/schema.ts';
import type { Plan } from '../plan.ts';
import { typedPath } from '../progress.ts';
import type { RunSettings } from '../settings.ts';
import { ask, gib } from './ask.ts';
import { DEVICES } from './devices.ts';
import type { Timing } from './messages.ts';
import { printDeviceEstimate } from './print-device.ts';
import { aboutStep } from './about-step.ts';
import { printClusters } from './print-clusters.ts';
import { suggestedResources } from './suggest.ts';
import { measuredIn, saveTimings, timingKey } from './timings.ts';

/**
 * Times one real step of every kind of stage in the plan that can be timed, each in a process of its own, and
 * prints what it took and what the whole plan would take: one process after another, and spread over the workers.
 * Throws a UserError where a step needs more memory than there is.
 */
export async function printEstimate(
  plan: Plan,
  config: Config,
  settings: Pick<RunSettings, 'workers' | 'threads' | 'executor' | 'device' | 'out'>,
): Promise<void> {
  const { workers, threads, executor, device, out } = settings;
  if (device !== undefined) return printDeviceEstimate(plan, DEVICES[device], executor === 'slurm');
  console.log('Timing one real step of each stage, each in a process of its own.\n');
  const { engine } = config;
  const root = resolve(out);
  const known = new Map<string, Timing>();
  for (const node of plan.nodes) {
    const { step, label } = node;
    const key = timingKey(node, engine);
    if (step === undefined || key === undefined) continue;
    const { name, steps } = aboutStep(step);
    const timing = known.get(key) ?? (await ask({ step, engine: { name: engine, threads } }, label, 'timed'));
    known.set(key, timing);
    // At once: the next may need more memory than there is.
    if (executor === 'slurm') saveTimings(root, { [key]: timing });
    console.log(
      `${label}: ${timing.seconds.toPrecision(3)} s and ${gib(timing.bytes)} per ${name} × ${steps} = ${duration(timing.seconds * steps)}`,
    );
  }
  const timings = Object.fromEntries(known);
  const measured = measuredIn(plan.nodes, timings, engine);
  const total = sum([...measured.values()].map(({ seconds }) => seconds));
  const all = [...known.values()];
  const engines = [...new Set(all.map(({ engine }) => engine))].join(', ');
  console.log(
    `\nIn all ${duration(total)} of compute, at best ${duration(total / workers)} on ${workers} worker(s) with ` +
      `${threads} thread(s) each; a step takes up to ${gib(Math.max(...all.map(({ bytes }) => bytes)))} of memory. ` +
      `Engine: ${engines}.`,
  );
  if (executor !== 'slurm') return;
  printClusters(plan.nodes, measured);
  const stages = suggestedResources(measured);
  console.log(
    `What is not said in a resources file (docs/cluster.md), jobs of ${typedPath(root)} will ask for by estimate.json:\n` +
      JSON.stringify({ stages }, null, 1),
  );
}
