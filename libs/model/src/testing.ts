import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { DatasetWriter, openDataset, type Dataset } from '@id3/data';

/** A folder of its own for a test. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'id3-model-'));

/** A tiny dataset in which each person is a colour: learnable in a few steps. */
export function colourDataset(people: number, shots: number, size: number): Dataset {
  const folder = temporaryFolder();
  const count = people * shots;
  const writer = DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: { people, shots, size },
    height: size,
    width: size,
    count,
    imagesPerShard: count,
  });
  const images = new Uint8Array(count * size * size * 3);
  const records = Array.from({ length: count }, (_, i) => {
    const label = Math.floor(i / shots);
    const colour = new Rng(1, 'colour', label);
    const rgb = [colour.int(256), colour.int(256), colour.int(256)];
    const noise = new Rng(1, 'noise', i);
    for (let k = 0; k < size * size * 3; k++) {
      images[i * size * size * 3 + k] = Math.max(0, Math.min(255, rgb[k % 3] + noise.normal(0, 20)));
    }
    return { label, age: 20 + (i % 5) * 10, yaw: ((i * 37) % 90) - 45 };
  });
  writer.writeShard(0, { images, records });
  writer.finish();
  return openDataset(folder);
}
