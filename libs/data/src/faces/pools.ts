import { Rng } from '@id3/core';
import type { FaceRecord } from '../datasets/manifest.ts';
import type { Shard } from '../datasets/writer.ts';
import { drawPerson, groupOf, personId, type Pool } from './person.ts';
import type { FaceRenderer, PreparedPerson } from './renderer.ts';
import { drawShot, type Prior, type Shot } from './shot.ts';

/** A picture to take: of which person of a pool, and how. */
export interface RenderItem {
  person: number;
  shot: Shot;
}

/** Picture `shot` of person `index` of a pool: a function of its arguments. */
export function poolItem(
  { seed, pool, prior }: { seed: number; pool: Pool; prior: Prior },
  index: number,
  shot: number,
): RenderItem {
  const rng = new Rng(seed, 'shot', personId(pool, index), shot);
  return { person: index, shot: drawShot(rng, prior, drawPerson(seed, pool, index)) };
}

const rounded = (value: number) => Math.round(value * 100) / 100;

/**
 * Renders pictures of people of a pool as a dataset's shard; a picture's label is its person's index. It is fastest where the
 * pictures of a person follow each other.
 */
export function renderItems(
  renderer: FaceRenderer,
  { seed, pool, size }: { seed: number; pool: Pool; size: number },
  items: readonly RenderItem[],
): Shard {
  const images = new Uint8Array(items.length * size * size * 3);
  let index = -1;
  let person: PreparedPerson | undefined;
  let group: ReturnType<typeof groupOf> | undefined;
  const records = items.map((item, i): FaceRecord => {
    if (person === undefined || item.person !== index) {
      index = item.person;
      const drawn = drawPerson(seed, pool, index);
      person = renderer.prepare(drawn);
      group = groupOf(drawn);
    }
    const { rgb, age, yaw, pitch, landmarks } = renderer.render(person, item.shot, size);
    images.set(rgb, i * rgb.length);
    return {
      label: index,
      age: rounded(age),
      yaw: rounded(yaw),
      pitch: rounded(pitch),
      ...group,
      landmarks: landmarks.map((point) => point.map(rounded)),
    };
  });
  return { images, records };
}
