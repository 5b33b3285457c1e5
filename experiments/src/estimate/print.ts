import { resolve } from 'node:path';
import { duration, sum } from '@id3/core';
import type { Config } from '../config/schema.ts';
import type { Plan, PlanNode } from '../plan.ts';
import { typedPath } from '../progress.ts';
import { missingOf } from '../scheduler/ledger.ts';
import type { RunSettings } from '../settings.ts';
import type { Step } from '../step.ts';
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
 * prints what it took, what the whole plan would take, and what the targets lack of it, spread over the workers.
 * Throws a UserError where a step needs more memory than there is.
 */
export async function printEstimate(
  plan: Plan,
  targets: readonly PlanNode[],
  config: Config,
  settings: Pick<RunSettings, 'workers' | 'threads' | 'executor' | 'device' | 'out'>,
): Promise<void> {
  const { workers, threads, executor, device, out } = settings;
  if (device !== undefined) return printDeviceEstimate(plan, DEVICES[device], executor === 'slurm');
  console.log('Timing one real step of each stage, each in a process of its own.\n');
  const { engine } = config;
  const root = resolve(out);
  const known = new Map<string, Timing>();
  for (const { key, step, labels } of alike(plan.nodes, engine)) {
    const { name, steps } = aboutStep(step);
    const [label, ...others] = labels;
    const timing = known.get(key) ?? (await ask({ step, engine: { name: engine, threads } }, label, 'timed'));
    known.set(key, timing);
    // At once: the next may need more memory than there is.
    if (executor === 'slurm') saveTimings(root, { [key]: timing });
    const [more, each] = others.length === 0 ? ['', ''] : [` and ${others.length} more`, ' each'];
    console.log(
      `${label}${more}: ${timing.seconds.toPrecision(3)} s and ${gib(timing.bytes)} per ${name} × ${steps} = ${duration(timing.seconds * steps)}${each}`,
    );
  }
  const measured = measuredIn(plan.nodes, Object.fromEntries(known), engine);
  const secondsOf = (nodes: readonly PlanNode[]) =>
    sum(nodes.map((node) => measured.get(node)?.seconds ?? node.cost));
  const left = [...missingOf(targets, root)];
  const leftText =
    left.length === 0
      ? 'All of it is there already'
      : `${left.length} of ${plan.nodes.length} stages are left: ${duration(secondsOf(left) / workers)} on ${workers} worker(s) with ${threads} thread(s) each that are never idle`;
  const all = [...known.values()];
  const engines = [...new Set(all.map(({ engine }) => engine))].join(', ');
  console.log(
    `\nIn all ${duration(secondsOf([...measured.keys()]))} of compute, and some ` +
      `${duration(secondsOf(plan.nodes.filter((node) => !measured.has(node))))}, by rules of thumb, in stages that are not timed, such as rendering ` +
      `and verifying. ${leftText}; a step takes up to ${gib(Math.max(...all.map(({ bytes }) => bytes)))} of memory. ` +
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

/** Stages that take as many of the same steps. */
interface Alike {
  readonly key: string;
  readonly step: Step;
  readonly labels: string[];
}

/** The nodes that can be timed, those together that take as many of the same steps. */
function alike(nodes: readonly PlanNode[], engine: string): Iterable<Alike> {
  const groups = new Map<string, Alike>();
  for (const { step, label } of nodes) {
    if (step === undefined) continue;
    const key = timingKey(step, engine);
    const kind = `${key} ${aboutStep(step).steps}`;
    const group = groups.get(kind) ?? { key, step, labels: [] };
    group.labels.push(label);
    groups.set(kind, group);
  }
  return groups.values();
}
