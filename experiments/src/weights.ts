import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where trained networks are committed: `<name>.safetensors` beside `<name>.json`, which says how it came to be. */
export const WEIGHTS_FOLDER = join(import.meta.dirname, '..', 'weights');

/** Ends the name of what was fitted to a committed diffusion model, κ_t among it. */
const CALIBRATION_SUFFIX = '.calibration.json';

/** The calibration's path beside `<name>.safetensors`. */
export const calibrationBeside = (file: string): string => file.replace(/\.safetensors$/, CALIBRATION_SUFFIX);

const key = z.string().regex(/^[0-9a-f]{16}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** How a committed network was trained. */
export const provenanceSchema = z.strictObject({
  /** The training stage and the key of its node, which is a hash of everything that the result depends on. */
  stage: z.enum(['train-f', 'train-diffusion']),
  key,
  /** SHA-256 of the safetensors file. */
  sha256: hash,
  /** Of a diffusion model: what was fitted to it, by the key of its node. */
  calibration: z.strictObject({ key, sha256: hash }).optional(),
  /** The stage's part of the config, with its seed. */
  inputs: z.record(z.string(), z.unknown()),
  /** Revision of this repository at the training's start, and whether files differed from it. */
  revision: z.string().nullable(),
  dirty: z.boolean().nullable(),
  engine: z.string().nullable(),
  host: z.string(),
  started: z.iso.datetime(),
  finished: z.iso.datetime(),
  /** The logged metrics, each a mean over equal stretches of steps: [last step of the stretch, mean]. */
  curves: z.record(z.string(), z.array(z.tuple([z.int(), z.number()]))),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** A committed network, or what was fitted to it, that a plan may take instead of computing it. */
export interface CommittedFile {
  /** Path of the file in {@link WEIGHTS_FOLDER}. */
  readonly file: string;
  readonly sha256: string;
}

/** Committed files by the key of the node that they are the result of. */
export type WeightsIndex = ReadonlyMap<string, CommittedFile>;

/** Trains everything anew. */
export const FROM_SCRATCH: WeightsIndex = new Map();

/** The committed files of a folder. Throws where a provenance file is not one. */
export function committedWeights(folder = WEIGHTS_FOLDER): WeightsIndex {
  if (!existsSync(folder)) return FROM_SCRATCH;
  const names = readdirSync(folder).filter(
    (name) => name.endsWith('.json') && !name.endsWith(CALIBRATION_SUFFIX),
  );
  const index = new Map<string, CommittedFile>();
  for (const name of names) {
    const { key, sha256, calibration } = provenanceSchema.parse(
      JSON.parse(readFileSync(join(folder, name), 'utf8')),
    );
    const file = name.replace(/json$/, 'safetensors');
    index.set(key, { file, sha256 });
    if (calibration !== undefined)
      index.set(calibration.key, { file: calibrationBeside(file), sha256: calibration.sha256 });
  }
  return index;
}
