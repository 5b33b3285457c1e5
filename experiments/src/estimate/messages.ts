import type { Failure } from '@id3/core/child';
import type { Step } from '../step.ts';

/** A step for a process to time. */
export interface TimingRequest {
  readonly step: Step;
  /** An engine's name, or `auto`. */
  readonly engine: string;
  readonly threads: number;
}

/** What it took. */
export interface Timing {
  /** Of one step. */
  readonly seconds: number;
  /** The largest resident memory the process had. */
  readonly bytes: number;
  readonly engine: string;
}

export type TimingReply = ({ type: 'timed' } & Timing) | ({ type: 'failed' } & Failure);
