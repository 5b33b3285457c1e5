import { hashOf } from '@id3/core';
import { selectEngine } from '@id3/engine';
import type { Config } from './config/schema.ts';
import type { Plan } from './plan.ts';
import { duration } from './progress.ts';

/** What one real step of a stage took. */
export interface StepEstimate {
  /** What a step is, such as `training step of 16 images`. */
  readonly step: string;
  readonly seconds: number;
  /** How many steps the stage has. */
  readonly steps: number;
}

/**
 * Times one real step of every kind of stage in the plan that can be timed, and prints what
 * the whole plan would take: as one process after another, and spread over the workers.
 */
export async function printEstimate(plan: Plan, config: Config, workers: number): Promise<void> {
  const engine = await selectEngine(config.engine === 'auto' ? undefined : config.engine);
  console.log(`Timing one real step of each stage on the engine ${engine.name}.\n`);
  const known = new Map<string, StepEstimate>();
  let total = 0;
  for (const { stage, inputs, dependencies, label } of plan.nodes) {
    if (stage.estimate === undefined) continue;
    // Stages that differ in nothing but their seed take equally long.
    const kind = hashOf([stage.name, { ...inputs, seed: 0 }]);
    const inputsOf = Object.fromEntries(
      Object.entries(dependencies).map(([role, node]) => [role, node.inputs]),
    );
    const estimate = known.get(kind) ?? (await stage.estimate(inputs, inputsOf));
    known.set(kind, estimate);
    const { step, seconds, steps } = estimate;
    total += seconds * steps;
    console.log(
      `${label}: ${seconds.toPrecision(3)} s per ${step} × ${steps} = ${duration(seconds * steps)}`,
    );
  }
  const memory = (process.resourceUsage().maxRSS / 2 ** 20).toFixed(1);
  console.log(
    `\nIn all ${duration(total)} of compute, at best ${duration(total / workers)} on ${workers} worker(s); ` +
      `these steps took up to ${memory} GiB of memory.`,
  );
}
