import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, errorCode } from '@id3/core';

/** The version of the format on disk that this code writes; it reads this one only. */
export const FORMAT_VERSION = 1;

/** Values of a pixel: 3 of RGB, or 1 where an image is grey. */
export type Channels = 1 | 3;

export const GENDERS = ['female', 'male'] as const;
export type Gender = (typeof GENDERS)[number];

/** Ground truth, or what a generated image was asked for. */
export const faceRecordSchema = z.looseObject({
  /** Index of the person within the dataset. */
  label: z.int().min(0),
  /** The name of the person, where the source says it. */
  person: z.string().optional(),
  /** Years, 0 to 100. */
  age: z.number().optional(),
  /** Degrees, -90 (turned to the image's left) to 90. */
  yaw: z.number().optional(),
  /** Degrees, positive looks up. */
  pitch: z.number().optional(),
  gender: z.enum(GENDERS).optional(),
  /** The largest race of a mixture, such as `asian`. */
  race: z.string().optional(),
});
export type FaceRecord = z.infer<typeof faceRecordSchema>;

/** Two images of a verification benchmark, and the fold that they belong to. */
export const pairSchema = z.strictObject({
  a: z.int().min(0),
  b: z.int().min(0),
  same: z.boolean(),
  fold: z.int().min(0),
});
export type Pair = z.infer<typeof pairSchema>;

/** `manifest.json`, written last: a folder that has one is complete. */
export const manifestSchema = z.strictObject({
  formatVersion: z.literal(FORMAT_VERSION),
  /** Where the images come from. */
  kind: z.enum(['rendered', 'imported', 'generated']),
  /** What the dataset was made from, and the hash of it. */
  spec: z.json(),
  specHash: z.string(),
  height: z.int().min(1),
  width: z.int().min(1),
  /** Of a pixel: 1 where images are grey; left out where they are RGB. */
  channels: z.literal(1).optional(),
  count: z.int().min(0),
  imagesPerShard: z.int().min(1),
  /** Number of different labels. */
  identities: z.int().min(0),
  /** d of the embeddings that images were asked for; 0 where there are none. */
  embeddingSize: z.int().min(0),
  /** SHA-256 of every other file by name. */
  files: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The part of a manifest of any version that tells the version. */
const versionedSchema = z.looseObject({ formatVersion: z.unknown() });

/** The files of shard k. */
export const shardFiles = (k: number) => {
  const name = `shard-${String(k).padStart(5, '0')}`;
  return { images: `${name}.rgb`, records: `${name}.json`, embeddings: `${name}.embeddings.f32` };
};
export const PAIRS_FILE = 'pairs.json';
export const MANIFEST_FILE = 'manifest.json';

/** What to say of a folder whose manifest could not be read, with Node's code of the error, or was read and is no JSON. */
function whyUnread(folder: string, code: string | undefined): string {
  const path = join(folder, MANIFEST_FILE);
  switch (code) {
    case undefined:
      return `${path} is not valid JSON; delete the folder ${folder} and run the command again that made it.`;
    case 'ENOENT':
      return existsSync(folder)
        ? `${folder} is not a finished dataset (it has no ${MANIFEST_FILE}); ${IMPORT_IT}, or run the command again that was making it.`
        : `${folder} does not exist; check the path, or make a dataset there: ${IMPORT_IT}.`;
    case 'ENOTDIR':
      return `${folder} is a file, not the folder of a dataset; ${IMPORT_IT}.`;
    default:
      return `${path} cannot be read (${code}); make it readable, or name another folder.`;
  }
}
const IMPORT_IT = 'import pictures with npx nx run tools:import';

/** Reads a manifest. Throws a UserError where it is missing, damaged or of another version. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST_FILE);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(whyUnread(folder, errorCode(error)));
  }
  const version = versionedSchema.safeParse(json).data?.formatVersion;
  if (version !== FORMAT_VERSION) {
    throw new UserError(
      `${path} has format version ${String(version)}, but this program reads version ${FORMAT_VERSION}; use the version of the program that wrote it, or make the dataset anew.`,
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path: field, message }] = parsed.error.issues;
    throw new UserError(`${path} is damaged (${field.join('.')}: ${message}); make the dataset anew.`);
  }
  return parsed.data;
}
