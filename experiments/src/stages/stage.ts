import type { RunRecord, RunStore } from '@id3/tracking';
import type { z } from 'zod';

/** A kind of result: what a finished stage leaves in its folder, how it is opened, and what a run's record says of it. */
export interface Result<R> {
  readonly name: string;
  open(folder: string): R;
  /** Writes the result into the database, whether it was computed now or found in the cache. */
  record?(run: RunRecord<RunStore>, folder: string): void;
}

/** A need that a plan may leave out. */
export interface Optional<R> {
  readonly optional: Result<R>;
}

/** Any number of results of one kind, by names of their own. */
export interface Many<R> {
  readonly many: Result<R>;
}

/** What a stage needs of the stages before it: kinds of results by their role. */
export type Needs = Readonly<Record<string, Result<unknown> | Optional<unknown> | Many<unknown>>>;

export const optional = <R>(result: Result<R>): Optional<R> => ({ optional: result });
export const many = <R>(result: Result<R>): Many<R> => ({ many: result });

/** The opened results that a running stage is given. Each is opened when it is first asked for. */
export type Opened<N extends Needs> = {
  readonly [Role in keyof N]: N[Role] extends Many<infer R>
    ? Readonly<Record<string, R>>
    : N[Role] extends Optional<infer R>
      ? R | undefined
      : N[Role] extends Result<infer R>
        ? R
        : never;
};

/** Any JSON value that a stage's key is hashed from. */
export type StageInputs = Record<string, unknown>;

/** How a running stage reports to whoever runs it. */
export interface StageHost {
  /** How often a training is to save its state. */
  readonly checkpointSeconds: number;
  /** Records metrics of a step (counted from 1) of `steps` and shows the progress. */
  log(step: number, metrics: Record<string, number>, steps: number): void;
  /** Shows progress alone, for work whose steps are too many or too dull to record. Throws where the work is to be left. */
  progress(step: number, steps: number): void;
  /** Says a sentence to the person at the keyboard. */
  warn(sentence: string): void;
  /** Aborted where the work is to be saved and left, to be gone on with later. */
  readonly signal?: AbortSignal | undefined;
}

/** What a running stage is given. */
export interface StageContext<
  I extends StageInputs = StageInputs,
  N extends Needs = Needs,
> extends StageHost {
  readonly inputs: I;
  readonly needs: Opened<N>;
  /** Where the result goes; kept when a stage is killed, so that it can continue from what is there. */
  readonly folder: string;
  /** A stage split over several workers does every `parts`-th piece of its work, from number `part` on. */
  readonly part: number;
  readonly parts: number;
}

/**
 * A kind of work whose result depends on its inputs and on the results that it needs, and on nothing
 * else. `run` must be able to continue after `kill -9` at any moment.
 */
export interface Stage<I extends StageInputs, N extends Needs, R> {
  /** Its folder in the artefacts, its name in the database, and its file in this folder. */
  readonly name: string;
  /** To be raised when the same inputs give another result, so that old results are not reused. */
  readonly version: number;
  readonly inputs: z.ZodType<I>;
  readonly needs: N;
  readonly result: Result<R>;
  /** Whether it computes with tfjs: an engine is selected before it runs. */
  readonly onEngine: boolean;
  /** What of the inputs the result depends on, and so its key; all of them if absent. */
  keyed?(inputs: I): StageInputs;
  /** Roughly how many seconds of one core the stage takes; decides only the order of work. */
  cost(inputs: I): number;
  /** Into how many parts the work may be split; 1 if absent. */
  maxParts?(inputs: I): number;
  run(context: StageContext<I, N>): Promise<void>;
  /** Runs once after all parts, without an engine. */
  finish?(context: StageContext<I, N>): Promise<void>;
}

/** A stage, its types read off its schema and its needs. */
export const defineStage = <I extends StageInputs, N extends Needs, R>(
  stage: Stage<I, N, R>,
): Stage<I, N, R> => stage;
