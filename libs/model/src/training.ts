import { existsSync } from 'node:fs';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '@id3/core';
import { compileStep, explainDeviceError, stateCrosses } from '@id3/engine';
import { DeviceError, type Precision } from '@id3/tfjs-backend-onnx';
import { loadCheckpoint, readTensors, restoreTensors, saveCheckpoint } from './checkpoint.ts';
import type { Optimiser } from './optim/optimisers.ts';
import { Pace } from './pace.ts';

/** How a long training talks to whoever started it. */
export interface TrainingHooks {
  /** Called after each step (counted from 1) with what it measured and the number of steps in all. */
  log(step: number, metrics: Record<string, number>, steps: number): void;
  /** Where the state is saved, and how often. An existing file is continued from. */
  checkpoint: { path: string; everySeconds: number };
  /** Aborted where the state is to be saved after the step under way, and its reason thrown. */
  signal?: AbortSignal | undefined;
}

/** What is trained, and how one step of it goes. B is a batch, I the tensors that a step is given. */
export interface Training<B extends { step: number }, I extends tf.NamedTensorMap> {
  /** Such as `The diffusion loss`, to begin a sentence, and the field that mends it where it is not finite. */
  readonly lossName: string;
  readonly rateField: string;
  /** All that a step changes, by its name in the checkpoint. */
  readonly state: Readonly<Record<string, tf.Variable>>;
  /** What else the checkpoint tells: any JSON values. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** Its state is disposed of in the end. */
  readonly optimiser: Optimiser;
  readonly steps: number;
  /** The batches of the steps from this one (counted from 0) to the last. */
  batches(startStep: number): AsyncIterable<B>;
  /** What a step (counted from 1) is given, disposed of by the loop, and numbers that are logged beside the measured ones. */
  prepare(batch: B, step: number): { inputs: I; numbers?: Record<string, number> };
  /** One optimiser step; several may run in one call, and are logged after it. `logged` has a number for each of `loggedNames`, the loss first. Compiled. */
  step(inputs: I): { logged: tf.Tensor };
  readonly loggedNames: readonly string[];
  /** Of the step's convolutions and matrix products; default `float32`. */
  readonly precision?: Precision | undefined;
}

/**
 * The training loop. Steps that are short are taken several in one call (`Pace`). A batch and its random numbers must be functions of the step, so that a run that is killed and started
 * again from `checkpoint` ends with the same weights. The checkpoint ends as the trained model.
 * Throws a UserError where a logged number is not finite; what was saved before stays.
 */
export async function train<B extends { step: number }, I extends tf.NamedTensorMap>(
  training: Training<B, I>,
  { log, checkpoint, signal }: TrainingHooks,
): Promise<void> {
  const { state, meta, steps, loggedNames } = training;
  let done = resume(checkpoint.path, state);
  const save = async () => {
    const tensors = await readTensors(state);
    saveCheckpoint(checkpoint.path, { meta: { ...meta, step: done }, tensors });
  };
  const step = compileStep((inputs: I) => training.step(inputs), { precision: training.precision });
  /** Takes steps in one call; what each measured. */
  const take = async (inputs: I[]) => {
    const results = step.inTurn(inputs);
    const rows = await Promise.all(results.map(({ logged }) => logged.data())); // the step boundary
    tf.dispose([inputs, results]);
    return rows;
  };
  const pace = new Pace(checkpoint.everySeconds, stateCrosses());
  let savedAt = Date.now();
  for await (const group of grouped(training.batches(done), () => pace.next(steps - done))) {
    const prepared = group.map((batch) => training.prepare(batch, batch.step + 1));
    const started = performance.now();
    const rows = await take(prepared.map(({ inputs }) => inputs)).catch(async (error: unknown) => {
      if (!(error instanceof DeviceError)) throw error;
      await save(); // the host holds the state as it was before the call
      throw explainDeviceError(error, `What was trained up to step ${done} is saved in ${checkpoint.path}`);
    });
    pace.took(performance.now() - started, group.length);
    // An engine that answers at once would keep the process deaf, also to the end of whoever wanted the result.
    await eventLoopTurn();
    rows.forEach((values, k) => {
      done = group[k].step + 1;
      if (!values.every(Number.isFinite)) {
        const { lossName, rateField } = training;
        throw new UserError(
          `${lossName} became ${values[0]} at step ${done}; lower ${rateField} and run again.`,
        );
      }
      const measured = Object.fromEntries(loggedNames.map((name, i) => [name, values[i]]));
      log(done, { ...measured, ...prepared[k].numbers }, steps);
    });
    const isDue = signal?.aborted === true || Date.now() - savedAt > checkpoint.everySeconds * 1000;
    if (isDue && done < steps) {
      await save();
      signal?.throwIfAborted();
      savedAt = Date.now();
    }
  }
  await save();
  tf.dispose(Object.values(training.optimiser.state));
}

/** Items in groups of as many as are wanted when a group begins; the last may be smaller. */
async function* grouped<T>(items: AsyncIterable<T>, wanted: () => number): AsyncGenerator<T[]> {
  let [group, size]: [T[], number] = [[], wanted()];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    [group, size] = [[], wanted()];
  }
  if (group.length > 0) yield group;
}

/** Restores what a checkpoint holds, where there is one; gives the number of steps that are done. */
function resume(path: string, state: Training<never, never>['state']): number {
  if (!existsSync(path)) return 0;
  const { meta, tensors } = loadCheckpoint(path);
  restoreTensors(state, tensors, path);
  return Number(meta.step);
}
