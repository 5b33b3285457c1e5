import * as tf from '@tensorflow/tfjs-core';
import { imagesToFloat, type Images } from '@id3/data';
import { compileStep } from '@id3/engine';

/** A recogniser from outside: images [B,H,W,3] in [-1,1] → embeddings [B,d], not normalised. */
export type Embed = (
  images: Float32Array,
  shape: [batch: number, height: number, width: number, channels: 3],
) => Promise<Float32Array>;

/** A recogniser of tfjs as {@link Embed}. */
export function embedWith(recogniser: { embed(images: tf.Tensor4D): tf.Tensor2D }): Embed {
  const step = compileStep(({ images }: { images: tf.Tensor4D }) => ({
    embeddings: recogniser.embed(images),
  }));
  return async (values, shape) => {
    const images = tf.tensor4d(values, shape);
    const { embeddings } = step({ images });
    const result = await embeddings.data<'float32'>();
    tf.dispose([images, embeddings]);
    return result;
  };
}

export interface EmbedOptions {
  /** Images a call of `embed`; default 64. */
  readonly batchSize?: number;
  /** Embeds the mirror images instead. */
  readonly mirror?: boolean;
  /** Called after each batch with the number of images done. */
  readonly onImages?: (done: number) => void;
}

/**
 * Embeddings of all images of a dataset, or of images made from one: [n,d], as `embed` gives them. Every batch has the same size,
 * so that an engine compiles one shape: the last one reaches back over images already done.
 */
export async function embedDataset(
  embed: Embed,
  dataset: Images,
  { batchSize = 64, mirror = false, onImages }: EmbedOptions = {},
): Promise<Float32Array> {
  const { count, height, width } = dataset;
  const batch = Math.min(batchSize, count);
  let all = new Float32Array(0);
  for (let from = 0; from < count; from += batch) {
    const first = Math.min(from, count - batch);
    const indices = Int32Array.from({ length: batch }, (_, b) => first + b);
    const images = imagesToFloat(dataset, indices, mirror ? Array.from(indices, () => true) : undefined);
    const embeddings = await embed(images, [batch, height, width, 3]);
    const size = embeddings.length / batch;
    if (from === 0) all = new Float32Array(count * size);
    all.set(embeddings, first * size);
    onImages?.(Math.min(count, from + batch));
  }
  return all;
}
