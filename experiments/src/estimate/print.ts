import { fork } from 'node:child_process';
import { join } from 'node:path';
import { UserError, hashOf } from '@id3/core';
import type { Config } from '../config/schema.ts';
import type { Plan } from '../plan.ts';
import { duration } from '../progress.ts';
import { TSX_ARGS } from '../scheduler/pool.ts';
import type { RunSettings } from '../settings.ts';
import type { Measurement, MeasurementRequest } from './messages.ts';

const ENTRY = join(import.meta.dirname, 'process.ts');

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Times one real step of every kind of stage in the plan that can be timed, each in a process of its own, and
 * prints what it took and what the whole plan would take: one process after another, and spread over the workers.
 * Throws a UserError where a step needs more memory than there is.
 */
export async function printEstimate(
  plan: Plan,
  config: Config,
  { workers, threads }: Pick<RunSettings, 'workers' | 'threads'>,
): Promise<void> {
  console.log('Timing one real step of each stage, each in a process of its own.\n');
  const known = new Map<string, Measurement>();
  let total = 0;
  for (const { stage, inputs, dependencies, label } of plan.nodes) {
    if (stage.estimate === undefined) continue;
    const inputsOf = Object.fromEntries(
      Object.entries(dependencies).map(([role, node]) => [role, node.inputs]),
    );
    const { step, steps, kind } = stage.estimate(inputs, inputsOf);
    const key = hashOf([step, kind]);
    const request = { stage: stage.name, inputs, dependencies: inputsOf, engine: config.engine, threads };
    const measured = known.get(key) ?? (await measure(request, label));
    known.set(key, measured);
    const { seconds, bytes } = measured;
    total += seconds * steps;
    console.log(
      `${label}: ${seconds.toPrecision(3)} s and ${gib(bytes)} per ${step} × ${steps} = ${duration(seconds * steps)}`,
    );
  }
  const all = [...known.values()];
  const engines = [...new Set(all.map(({ engine }) => engine))].join(', ');
  console.log(
    `\nIn all ${duration(total)} of compute, at best ${duration(total / workers)} on ${workers} worker(s) with ` +
      `${threads} thread(s) each; a step takes up to ${gib(Math.max(...all.map(({ bytes }) => bytes)))} of memory. ` +
      `Engine: ${engines}.`,
  );
}

/** Measures a step in a process of its own, so that the peak memory is that step's and is given back. */
function measure(request: MeasurementRequest, label: string): Promise<Measurement> {
  const threads = String(request.threads);
  const child = fork(ENTRY, {
    execArgv: TSX_ARGS,
    env: { ...process.env, OMP_NUM_THREADS: threads, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  child.send(request);
  const failed = (why: string) => new UserError(`Timing a step of "${label}" failed: ${why}`);
  return new Promise<Measurement>((resolve, reject) => {
    child.once('message', (answer: Measurement | { failure: string }) =>
      'failure' in answer ? reject(failed(answer.failure)) : resolve(answer),
    );
    child.once('exit', (code, signal) => {
      const cause = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const hint = signal === 'SIGKILL' ? ' (if memory ran out, lower its batchSize)' : '';
      reject(failed(`its process died by ${cause}${hint}.`));
    });
  });
}
