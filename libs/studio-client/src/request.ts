// What a face is asked for. It is light, for the browser loads it: what checks requests is in schema.ts.

import { shellWord } from '@id3/core/shell';

/** Kinds of samplers; a test of the studio holds them against the model's. */
export const SAMPLER_KINDS = ['ddim', 'ancestral', 'dpm++', 'dpm++sde'] as const;

/** What a row of faces runs across, from its first to its last. */
export const ROWS = ['age', 'yaw', 'c', 't', 'w'] as const;
export type Row = (typeof ROWS)[number];

/** Faces of a row. */
export const ROW_LENGTH = 8;

/** The largest values of what grows without end elsewhere. */
export const LIMITS = { steps: 200, w: 100, free: 20, seed: 2 ** 31 - 1 } as const;

/** A request for one face, or a row. What is absent is the model's own, or the middle. */
export interface FaceRequest {
  /** Its id, such as `committed/quick-diffusion-full`. */
  readonly model: string;
  /** An identity: `new:<seed>`, or `generate/<key>:<number>` of a generated set. */
  readonly from?: string;
  /** Another one, and the share t of the arc from the first to it. */
  readonly to?: string;
  readonly t?: number;
  /** Cosine of y to the identity, and the seed of the direction away from it. */
  readonly c?: number;
  readonly direction?: number;
  /** Years and degrees. */
  readonly age?: number;
  readonly yaw?: number;
  /** Weight of the reversed likelihood score, and those of classifier-free guidance. */
  readonly w?: number;
  readonly freeY?: number;
  readonly freeS?: number;
  readonly kind?: (typeof SAMPLER_KINDS)[number];
  readonly steps?: number;
  /** Of the start noise. */
  readonly seed?: number;
  readonly row?: Row;
}

/** The fields in the order in which URLs and commands have them. */
export const FIELDS = [
  'model',
  'from',
  'to',
  't',
  'c',
  'direction',
  'age',
  'yaw',
  'w',
  'freeY',
  'freeS',
  'kind',
  'steps',
  'seed',
  'row',
] as const satisfies readonly (keyof FaceRequest)[];

/** Every field that is there by its name, as a URL has it. */
export const wordsOf = (request: FaceRequest): [name: string, value: string][] =>
  FIELDS.flatMap((name): [string, string][] => {
    const value = request[name];
    return value === undefined ? [] : [[name, String(value)]];
  });

/** The command that makes the same picture, over a database that is not where experiments keep it. */
export const commandOf = (request: FaceRequest, database?: string): string => {
  const place: [string, string][] = database === undefined ? [] : [['database', database]];
  const words = [...wordsOf(request), ...place].map(([name, value]) => `--${name}=${value}`);
  return ['npx id3 face', ...words.map(shellWord)].join(' ');
};
