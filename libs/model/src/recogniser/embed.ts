import * as tf from '@tensorflow/tfjs-core';
import { imagesToFloat, withChannels, type Channels, type Images } from '@id3/data';
import { compileStep } from '@id3/engine';

/** A recogniser from outside: images [B,H,W,C] in [-1,1] → embeddings [B,d], not normalised. */
export interface Embed {
  (
    images: Float32Array,
    shape: [batch: number, height: number, width: number, channels: Channels],
  ): Promise<Float32Array>;
  /** C, where it takes no other. */
  readonly channels?: Channels | undefined;
}

/** A recogniser of tfjs as {@link Embed}. */
export function embedWith(recogniser: {
  embed(images: tf.Tensor4D): tf.Tensor2D;
  readonly channels?: Channels | undefined;
}): Embed {
  const step = compileStep(({ images }: { images: tf.Tensor4D }) => ({
    embeddings: recogniser.embed(images),
  }));
  const embed: Embed = async (values, shape) => {
    const images = tf.tensor4d(values, shape);
    const { embeddings } = step({ images });
    const result = await embeddings.data<'float32'>();
    tf.dispose([images, embeddings]);
    return result;
  };
  return Object.assign(embed, { channels: recogniser.channels });
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
 * so that an engine compiles one shape: the last one reaches back over images already done. A recogniser of colours is shown grey images as
 * three equal channels, one of grey images what is grey of colours.
 */
export async function embedDataset(
  embed: Embed,
  images: Images,
  { batchSize = 64, mirror = false, onImages }: EmbedOptions = {},
): Promise<Float32Array> {
  const shown = withChannels(images, embed.channels ?? images.channels);
  const { count, height, width, channels } = shown;
  const batch = Math.min(batchSize, count);
  let all = new Float32Array(0);
  for (let from = 0; from < count; from += batch) {
    const first = Math.min(from, count - batch);
    const indices = Int32Array.from({ length: batch }, (_, b) => first + b);
    const pixels = imagesToFloat(shown, indices, mirror ? Array.from(indices, () => true) : undefined);
    const embeddings = await embed(pixels, [batch, height, width, channels]);
    const size = embeddings.length / batch;
    if (from === 0) all = new Float32Array(count * size);
    all.set(embeddings, first * size);
    onImages?.(Math.min(count, from + batch));
  }
  return all;
}
