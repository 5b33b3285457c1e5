import { z } from 'zod';
import { Rng } from '@id3/core';
import type { FaceRecord } from '../datasets/manifest.ts';
import { DatasetWriter, type Shard } from '../datasets/writer.ts';
import { POOL_CAPACITY, drawPerson, personId, poolSchema, type Pool } from './person.ts';
import { FaceRenderer, type PreparedPerson } from './renderer.ts';
import { PRIORS, drawShot, priorSchema, type Shot } from './shot.ts';

/** Images of a shard, which is what a killed rendering repeats at most. */
export const IMAGES_PER_SHARD = 512;

/** A prior's name or its options. */
const priorOrName = z.union([
  z.enum(Object.keys(PRIORS) as (keyof typeof PRIORS)[]).transform((name) => PRIORS[name]),
  priorSchema,
]);

/** What a pool's dataset is made from. */
export const poolSpecSchema = z.strictObject({
  pool: poolSchema,
  seed: z.int().min(0),
  people: z.int().min(1).max(POOL_CAPACITY),
  shotsPerPerson: z.int().min(1),
  /** Pixels of a side. */
  size: z.int().min(8).max(512),
  prior: priorOrName.default(PRIORS.wild),
});
export type PoolSpec = z.infer<typeof poolSpecSchema>;

/** A picture to take: of which person of the pool, and how. */
export interface RenderItem {
  person: number;
  shot: Shot;
}

/** The picture `shot` of person `index`: a function of (seed, prior, pool, index, shot). */
export function poolItem({ seed, pool, prior }: PoolSpec, index: number, shot: number): RenderItem {
  const rng = new Rng(seed, 'shot', personId(pool, index), shot);
  return { person: index, shot: drawShot(rng, prior, drawPerson(seed, pool, index)) };
}

const rounded = (value: number) => Math.round(value * 100) / 100;

/**
 * Renders pictures of people of a pool, as a dataset's shard: a picture's label is its person's index. Fastest where a person's
 * pictures follow each other.
 */
export function renderItems(
  renderer: FaceRenderer,
  { seed, pool, size }: { seed: number; pool: Pool; size: number },
  items: readonly RenderItem[],
): Shard {
  const images = new Uint8Array(items.length * size * size * 3);
  let index = -1;
  let person: PreparedPerson | undefined;
  const records = items.map((item, i): FaceRecord => {
    if (person === undefined || item.person !== index) {
      index = item.person;
      person = renderer.prepare(drawPerson(seed, pool, index));
    }
    const { rgb, age, yaw, pitch, landmarks } = renderer.render(person, item.shot, size);
    images.set(rgb, i * rgb.length);
    return {
      label: index,
      age: rounded(age),
      yaw: rounded(yaw),
      pitch: rounded(pitch),
      landmarks: landmarks.map((point) => point.map(rounded)),
    };
  });
  return { images, records };
}

/** The writer of a pool's dataset; person p's pictures are images p·shotsPerPerson and on. */
export function poolWriter(folder: string, spec: PoolSpec): DatasetWriter {
  return DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: z.json().parse(spec),
    height: spec.size,
    width: spec.size,
    count: spec.people * spec.shotsPerPerson,
    imagesPerShard: IMAGES_PER_SHARD,
  });
}

/** Renders shard k of a pool's dataset: a function of (spec, k). */
export function renderPoolShard(renderer: FaceRenderer, spec: PoolSpec, k: number): Shard {
  const { people, shotsPerPerson } = spec;
  const from = k * IMAGES_PER_SHARD;
  const to = Math.min(people * shotsPerPerson, from + IMAGES_PER_SHARD);
  const items = Array.from({ length: to - from }, (_, i) =>
    poolItem(spec, Math.floor((from + i) / shotsPerPerson), (from + i) % shotsPerPerson),
  );
  return renderItems(renderer, spec, items);
}

export interface RenderPoolOptions {
  /** Chooses the shards that this process renders; default all. Only a process that finds all of them there finishes the dataset. */
  shards?: (k: number) => boolean;
  /** Called after every shard with the number of images that it holds. */
  onProgress?: (images: number) => void;
}

/** Renders the missing shards of a pool's dataset; several processes may share the work by {@link RenderPoolOptions.shards}. */
export async function renderPool(
  folder: string,
  spec: PoolSpec,
  { shards = () => true, onProgress }: RenderPoolOptions = {},
): Promise<void> {
  const writer = poolWriter(folder, spec);
  const all = Array.from({ length: writer.shards }, (_, k) => k);
  const missing = all.filter((k) => shards(k) && !writer.hasShard(k));
  if (missing.length > 0) {
    const renderer = await FaceRenderer.load();
    for (const k of missing) {
      const shard = renderPoolShard(renderer, spec, k);
      writer.writeShard(k, shard);
      onProgress?.(shard.records.length);
    }
  }
  if (all.every((k) => writer.hasShard(k))) writer.finish();
}
