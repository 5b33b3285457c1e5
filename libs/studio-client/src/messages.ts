import type { FaceRequest } from './request.ts';

/** A model that can be chosen, and what the page must know of it. */
export interface ModelChoice {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** Side of its images in pixels. */
  readonly size: number;
  /** Steps done and in all, while it is trained. */
  readonly training?: { readonly step: number; readonly steps: number };
  /** Ages and yaws that its experiment draws; absent where it is not told them. */
  readonly age?: readonly [number, number];
  readonly yaw?: readonly [number, number];
  /** What a request leaves out: as its experiment samples. */
  readonly sampler: Required<Pick<FaceRequest, 'kind' | 'steps' | 'w' | 'freeY' | 'freeS'>>;
  /** Its steps at most, T. */
  readonly timesteps: number;
  /** Whether it was trained to do without y, and without s, as classifier-free guidance asks for. */
  readonly hidesY: boolean;
  readonly hidesS: boolean;
  /** Whether κ_t of its score is fitted; the paper's otherwise. */
  readonly fitted: boolean;
  /** Whether there is a judge g, and a training pool to read attributes off by and to look for the nearest face in. */
  readonly judged: boolean;
  /** The pool's folder below the artefact root. */
  readonly pool?: string;
  readonly sets: readonly { readonly id: string; readonly title: string; readonly identities: number }[];
}

/** A face as it was asked for, and what it turned out to be. */
export interface MadeFace {
  readonly age?: number;
  readonly yaw?: number;
  readonly c: number;
  readonly t?: number;
  readonly w: number;
  /** yᵀf(x). */
  readonly cosine: number;
  /** g's cosine to the portrait: the first identity's face itself (c = 1, t = 0), from the front, at the middle age, of the same noise. */
  readonly judged?: number;
  /** Years and degrees read off, as the dataset measures do. */
  readonly readAge?: number;
  readonly readYaw?: number;
  /** The face of the training pool that f takes it for most. */
  readonly nearest?: { readonly index: number; readonly cosine: number };
}

/** Faces beside one another, as PNG. */
export interface Strip {
  readonly png: Uint8Array;
  readonly count: number;
}

/** What a request hears: x̂0 after some steps while it takes long, in the end the faces. */
export type FaceEvent =
  | { readonly kind: 'preview'; readonly strip: Strip; readonly step: number; readonly steps: number }
  | {
      readonly kind: 'faces';
      readonly strip: Strip;
      readonly faces: readonly MadeFace[];
      /** From the request to the picture. */
      readonly milliseconds: number;
      /** The step of training of the model's file, while it is trained. */
      readonly trainedFor?: number;
    };

/** A message to the studio's process. */
export type ToStudio =
  | { readonly type: 'models'; readonly id: number; readonly database: string }
  | { readonly type: 'faces'; readonly id: number; readonly database: string; readonly request: FaceRequest }
  | { readonly type: 'cancel'; readonly id: number };

/** Why there are no faces. */
export type FailureKind = 'unknown' | 'refused' | 'superseded' | 'broken';

export type FromStudio =
  | { readonly type: 'models'; readonly id: number; readonly models: readonly ModelChoice[] }
  | { readonly type: 'event'; readonly id: number; readonly event: FaceEvent; readonly rss: number }
  | { readonly type: 'failed'; readonly id: number; readonly kind: FailureKind; readonly message: string };

/** Why the studio gave nothing: `message` is one sentence for whoever asked. */
export class StudioFailure extends Error {
  override name = 'StudioFailure';
  constructor(
    readonly kind: FailureKind | 'busy',
    message: string,
  ) {
    super(message);
  }
}
