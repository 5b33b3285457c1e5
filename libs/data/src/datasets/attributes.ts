import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, fileDigest, hashOf, sha256, writeFileAtomic } from '@id3/core';
import { MANIFEST_FILE, readManifest, type FaceRecord, type Manifest } from './manifest.ts';

/** Attributes that a model predicted for each image, in the dataset's order. */
export const attributesSchema = z.strictObject({
  /** The model, so that nobody takes predictions for truth. */
  predictor: z.string(),
  images: z.array(
    z.strictObject({ age: z.number().optional(), yaw: z.number().optional(), pitch: z.number().optional() }),
  ),
});
export type StoredAttributes = z.infer<typeof attributesSchema>;

const NAME = /^attributes-[0-9a-f]{16}\.json$/;

/** The file of a dataset's predicted attributes; undefined where it has none. */
export const attributesFile = ({ files }: Manifest): string | undefined =>
  Object.keys(files).find((name) => NAME.test(name));

/** A record whose missing attributes are filled by predicted ones, and which says who predicted them. */
export const withPredicted = (
  record: FaceRecord,
  predictor: string,
  predicted: StoredAttributes['images'][number],
): FaceRecord => ({ ...predicted, ...record, predictor });

/**
 * Stores predicted attributes with a finished dataset and replaces those of an earlier call. The file is named by its content, and
 * the manifest that names it is written after it: a kill leaves either the old or the new ones. Throws a UserError where there is
 * not one for each image.
 */
export function writeAttributes(folder: string, predictor: string, images: StoredAttributes['images']): void {
  const manifest = readManifest(folder);
  if (images.length !== manifest.count)
    throw new UserError(
      `${folder} has ${manifest.count} images, but there are ${images.length} attributes; have all predicted anew with npx nx run tools:attributes --dataset=${folder}.`,
    );
  const stored: StoredAttributes = { predictor, images };
  const name = `attributes-${hashOf(stored)}.json`;
  const text = JSON.stringify(stored);
  const before = attributesFile(manifest);
  writeFileAtomic(join(folder, name), text);
  const files = Object.fromEntries(Object.entries(manifest.files).filter(([file]) => file !== before));
  const changed: Manifest = { ...manifest, files: { ...files, [name]: sha256(text) } };
  writeFileAtomic(join(folder, MANIFEST_FILE), JSON.stringify(changed, null, 1));
  if (before !== undefined && before !== name) rmSync(join(folder, before), { force: true });
}

/** The manifest's bytes as a hash: equal for equal contents, attributes included. */
export const manifestHash = (folder: string): string => fileDigest(join(folder, MANIFEST_FILE)).sha256;
