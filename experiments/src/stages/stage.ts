import type { Engine } from '@id3/engine';
import type { RunRecord } from '@id3/tracking';
import type { StepEstimate } from '../estimate/messages.ts';

/** Any JSON value that a stage's key is hashed from. */
export type StageInputs = Record<string, unknown>;

/** What a running stage is given. */
export interface StageContext<I extends StageInputs = StageInputs, D extends string = string> {
  readonly inputs: I;
  /** Where the outputs go; kept when a stage is killed, so that it can continue from what is there. */
  readonly folder: string;
  /** The folders of the finished stages this one depends on, by their role. */
  readonly dependencies: Readonly<Record<D, string>>;
  /** A stage split over several workers does every `parts`-th piece of its work, from number `part` on. */
  readonly part: number;
  readonly parts: number;
  /** How often a training is to save its state. */
  readonly checkpointSeconds: number;
  /** Selects the compute engine and records it with the run. */
  engine(): Promise<Engine>;
  /** Records metrics of a step (counted from 1) of `steps` and shows the progress. */
  log(step: number, metrics: Record<string, number>, steps: number): void;
  /** Shows progress alone, for work whose steps are too many or too dull to record. */
  progress(step: number, steps: number): void;
}

/**
 * A kind of work whose result depends on its inputs and on the stages before it, and on nothing
 * else. `run` must be able to continue after `kill -9` at any moment.
 */
export interface Stage<I extends StageInputs = StageInputs, D extends string = string> {
  readonly name: string;
  /** To be raised when the same inputs give another result, so that old results are not reused. */
  readonly version: number;
  /** Roughly how many seconds of one core the stage takes; decides only the order of work. */
  cost(inputs: I): number;
  /** Into how many parts the work may be split; 1 if absent. */
  maxParts?(inputs: I): number;
  run(context: StageContext<I, D>): Promise<void>;
  /** Runs once after all parts. */
  finish?(context: StageContext<I, D>): Promise<void>;
  /** The step that its time consists of, for an estimate. */
  estimate?(inputs: I, dependencies: Readonly<Record<D, StageInputs>>): StepEstimate;
  /** Records the results in the database, whether they were computed now or found in the cache. */
  record?(run: RunRecord, folder: string): void;
}

/** The stages a worker can run, by name. */
export type StageRegistry = Readonly<Record<string, Stage>>;
