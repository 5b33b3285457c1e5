import { Rng, UserError } from '@id3/core';
import { NO_AUGMENTATION, augment, type AugmentOptions } from './augment.ts';
import type { Dataset, Images } from './reader.ts';

/** A batch of images, in training order. */
export interface Batch {
  /** Counts from 0. */
  step: number;
  epoch: number;
  /** Where in the dataset the images come from: [B]. */
  indices: Int32Array;
  /** [B,H,W,C] in [-1,1]. */
  images: Float32Array;
  /** [B] */
  labels: Int32Array;
  /** Years: [B]; NaN where unknown. */
  age: Float32Array;
  /** Degrees: [B]; NaN where unknown. */
  yaw: Float32Array;
}

export interface BatchOptions {
  batchSize: number;
  seed: number;
  /** Default: images as they are. */
  augment?: AugmentOptions;
  /** The first step to give; default 0. */
  startStep?: number;
  /** The step to end before; default never. */
  steps?: number;
}

/**
 * Shuffled, augmented batches, every one full. Images come in a new random order each epoch; batch
 * `step` is a function of (seed, step) alone, so a resumed training needs no state. Throws a
 * UserError where the dataset is empty.
 */
export async function* batches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch> {
  if (dataset.count === 0)
    throw new UserError(`The dataset ${dataset.folder} holds no images; make it anew.`);
  const { seed, batchSize, augment: change = NO_AUGMENTATION, startStep = 0, steps = Infinity } = options;
  let orderEpoch = -1;
  let order: Uint32Array = new Uint32Array();
  const indexAt = (position: number): number => {
    const epoch = Math.floor(position / dataset.count);
    if (epoch !== orderEpoch) {
      order = new Rng(seed, 'order', epoch).permutation(dataset.count);
      orderEpoch = epoch;
    }
    return order[position % dataset.count];
  };
  for (let step = startStep; step < steps; step++) {
    const first = step * batchSize;
    const indices = Int32Array.from({ length: batchSize }, (_, b) => indexAt(first + b));
    const rng = new Rng(seed, 'augment', step);
    const mirror = Array.from(indices, () => change.flip && rng.chance(0.5));
    const attribute = (name: 'age' | 'yaw') =>
      Float32Array.from(indices, (i) => dataset.record(i)[name] ?? Number.NaN);
    const images = imagesToFloat(dataset, indices, mirror);
    const size = images.length / batchSize;
    for (let b = 0; b < batchSize; b++) {
      const image = images.subarray(b * size, (b + 1) * size);
      augment(image, [dataset.height, dataset.width, dataset.channels], change, rng);
    }
    yield {
      step,
      epoch: Math.floor(first / dataset.count),
      indices,
      images,
      labels: Int32Array.from(indices, (i) => dataset.labels[i]),
      age: attribute('age'),
      yaw: attribute('yaw').map((yaw, b) => (mirror[b] ? -yaw : yaw)),
    };
  }
}

/** Pixels of the chosen images scaled from 0..255 to [-1,1], mirrored where asked: [B,H,W,C]. */
export function imagesToFloat(
  images: Images,
  indices: ArrayLike<number>,
  mirror?: readonly boolean[],
): Float32Array {
  const { height, width, channels } = images;
  const size = height * width * channels;
  const out = new Float32Array(indices.length * size);
  for (let b = 0; b < indices.length; b++) {
    const pixels = images.image(indices[b]);
    const base = b * size;
    if (mirror?.[b] !== true) {
      for (let k = 0; k < size; k++) out[base + k] = pixels[k] / 127.5 - 1;
      continue;
    }
    for (let row = 0, k = 0; row < height; row++) {
      for (let column = width - 1; column >= 0; column--) {
        for (let channel = 0; channel < channels; channel++, k++) {
          out[base + k] = pixels[(row * width + column) * channels + channel] / 127.5 - 1;
        }
      }
    }
  }
  return out;
}
