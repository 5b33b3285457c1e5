import type { Failure } from '@id3/core/child';
import type { GraphCost } from '@id3/engine';
import type { Step } from '../step.ts';

/** A step for a process to time; or to count without computing it, where there is no engine. */
export interface TimingRequest {
  readonly step: Step;
  readonly engine?: {
    /** Or `auto`. */
    readonly name: string;
    readonly threads: number;
  };
}

/** What it took. */
export interface Timing {
  /** Of one step. */
  readonly seconds: number;
  /** The largest resident memory the process had. */
  readonly bytes: number;
  readonly engine: string;
}

export type TimingReply =
  ({ type: 'timed' } & Timing) | { type: 'counted'; cost: GraphCost } | ({ type: 'failed' } & Failure);
