import type { StageInputs } from '../stages/stage.ts';

/** The step that a stage's time consists of, and how to time one. */
export interface StepEstimate {
  /** What a step is, such as `training step of 16 images`. */
  readonly step: string;
  /** How many steps the stage has. */
  readonly steps: number;
  /** What the time of a step depends on: any JSON value. */
  readonly kind: unknown;
  /** Takes real steps with made-up data and weights, of the real sizes; gives the seconds of one that did not compile. */
  seconds(): Promise<number>;
}

/** A stage for a process to time one step of. Plain data: it crosses to another process. */
export interface MeasurementRequest {
  readonly stage: string;
  readonly inputs: StageInputs;
  /** The inputs of the stages it depends on, by their role. */
  readonly dependencies: Readonly<Record<string, StageInputs>>;
  /** An engine's name, or `auto`. */
  readonly engine: string;
  readonly threads: number;
}

/** What the process answers. */
export interface Measurement {
  /** Of one step. */
  readonly seconds: number;
  /** The largest resident memory the process had. */
  readonly bytes: number;
  readonly engine: string;
}
