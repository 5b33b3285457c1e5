import { hashOf } from '@id3/core';
import { readImages, readManifest } from '@id3/data/browse';
import { resolveArtefact } from '@id3/tracking';
import sharp from 'sharp';
import { MAX_FACES, MAX_SIDE } from '../components/face.ts';

/** Faces of one dataset, to be shown beside one another. */
export interface SpriteRequest {
  /** Folder of the dataset, relative to the artefact root, such as `generate/0011223344556677`. */
  readonly dataset: string;
  readonly indices: readonly number[];
  /** Side of a face in pixels. */
  readonly side: number;
}

/** What a request asks for, or undefined where it asks for something that is not to be had. */
export function parseSpriteRequest(dataset: string, query: URLSearchParams): SpriteRequest | undefined {
  const numbers = (query.get('i') ?? '').split(',');
  const side = Number(query.get('side') ?? '64');
  if (!numbers.every((text) => /^\d{1,9}$/.test(text)) || numbers.length > MAX_FACES) return undefined;
  if (!Number.isInteger(side) || side < 8 || side > MAX_SIDE) return undefined;
  return { dataset, indices: numbers.map(Number), side };
}

/** Changes when the sprite's bytes would: a dataset's folder is named by the hash of all that it was made from. */
export function spriteTag(root: string, { dataset, indices, side }: SpriteRequest): string {
  const { specHash, files } = readManifest(resolveArtefact(root, dataset));
  return `"${hashOf([1, specHash, files, indices, side])}"`;
}

/** A strip of the faces, from left to right, as WebP. Throws a UserError where the dataset or a face is missing. */
export async function renderSprite(root: string, { dataset, indices, side }: SpriteRequest): Promise<Buffer> {
  const folder = resolveArtefact(root, dataset);
  const { height, width } = readManifest(folder);
  const strip = Buffer.alloc(indices.length * side * side * 3);
  const faces = await Promise.all(
    readImages(folder, indices).map((rgb) =>
      sharp(rgb, { raw: { width, height, channels: 3 } })
        .resize(side, side, { kernel: 'cubic' })
        .raw()
        .toBuffer(),
    ),
  );
  faces.forEach((face, k) => {
    for (let y = 0; y < side; y++)
      face.copy(strip, (y * indices.length + k) * side * 3, y * side * 3, (y + 1) * side * 3);
  });
  return sharp(strip, { raw: { width: indices.length * side, height: side, channels: 3 } })
    .webp({ quality: 92, effort: 1 })
    .toBuffer();
}
