import * as tf from '@tensorflow/tfjs-core';
import {
  batchNorm,
  conv,
  dense,
  groupNorm,
  selfAttention,
  silu,
  type Image,
  type Layer,
  type Weights,
} from './layers.ts';

export interface UNetSizes {
  patchSize: number;
  baseChannels: number;
  channelMultipliers: readonly number[];
  blocksPerLevel: number;
  attentionLevels: readonly number[];
  attentionHeads: number;
  groups: number;
  /** Layers of the perceptron on the condition. */
  conditionSizes: readonly number[];
}

/** The image, the time of each of its batch, and the condition. */
export type UNet = (x: Image, t: tf.Tensor1D, condition: tf.Tensor2D) => Image;

/** Sinusoidal embedding of time: [B] → [B,size]. */
function timeEmbedding(t: tf.Tensor1D, size: number): tf.Tensor2D {
  const half = size / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10_000) * i) / half));
  const phase = t.reshape<tf.Tensor2D>([-1, 1]).mul<tf.Tensor2D>(tf.tensor2d(frequencies, [1, half]));
  return tf.concat2d([tf.cos(phase), tf.sin(phase)], 1);
}

/** A conditional U-Net with attention at some levels: [B,H,W,3], [B] and [B,conditions] → [B,H,W,3]. */
export function unet(w: Weights, sizes: UNetSizes, conditions: number): UNet {
  const { patchSize: patch, baseChannels: base, channelMultipliers: multipliers, groups } = sizes;
  const { blocksPerLevel: blocks, attentionLevels, attentionHeads: heads, conditionSizes } = sizes;
  const embedding = 4 * base;
  const time = [dense(w, base, embedding), dense(w, embedding, embedding)];
  const perceptron = conditionSizes.map((n, i) => dense(w, i === 0 ? conditions : conditionSizes[i - 1], n));
  const toTime = dense(w, conditionSizes.at(-1)!, embedding);
  const attends = (level: number) => attentionLevels.includes(level);
  const last = multipliers.length - 1;

  const residual = (inputs: number, outputs: number, attend: boolean) => {
    const [norm1, conv1] = [groupNorm(w, inputs, groups), conv(w, inputs, outputs)];
    const film = dense(w, embedding, 2 * outputs);
    const [norm2, conv2] = [groupNorm(w, outputs, groups), conv(w, outputs, outputs)];
    const skip = inputs === outputs ? (x: Image) => x : conv(w, inputs, outputs, 1);
    const attention = attend ? selfAttention(w, outputs, heads, groups) : (x: Image) => x;
    return (x: Image, e: tf.Tensor2D): Image => {
      const [scale, shift] = tf.split(film(silu(e)), 2, 1);
      const h = conv2(silu(norm2(conv1(silu(norm1(x))), { scale, shift })));
      return attention(h.add(skip(x)));
    };
  };
  type Block = ReturnType<typeof residual>;

  const input = conv(w, 3, base, patch, patch);
  const skips = [base];
  let channels = base;
  const down = multipliers.map((multiplier, level) => {
    const row = Array.from({ length: blocks }, (): Block => {
      const block = residual(channels, base * multiplier, attends(level));
      skips.push((channels = base * multiplier));
      return block;
    });
    const shrink = level < last ? conv(w, channels, channels, 3, 2) : undefined;
    if (shrink !== undefined) skips.push(channels);
    return { row, shrink };
  });
  const middle = [residual(channels, channels, true), residual(channels, channels, false)];
  const up = multipliers
    .map((multiplier, level) => ({ multiplier, level }))
    .reverse()
    .map(({ multiplier, level }) => {
      const row = Array.from({ length: blocks + 1 }, (): Block => {
        const block = residual(channels + skips.pop()!, base * multiplier, attends(level));
        channels = base * multiplier;
        return block;
      });
      return { row, grow: level > 0 ? conv(w, channels, channels) : undefined };
    });
  const norm = groupNorm(w, channels, groups);
  const output = w.draw([patch, patch, 3, channels], 1 / Math.sqrt(channels));

  return (x, t, given) => {
    const condition = perceptron.reduce((h, layer) => tf.relu(layer(h)), given);
    const e = time[1](silu(time[0](timeEmbedding(t, base)))).add<tf.Tensor2D>(toTime(condition));
    let h = input(x);
    const kept = [h];
    for (const { row, shrink } of down) {
      for (const block of row) kept.push((h = block(h, e)));
      if (shrink !== undefined) kept.push((h = shrink(h)));
    }
    for (const block of middle) h = block(h, e);
    for (const { row, grow } of up) {
      for (const block of row) h = block(tf.concat4d([h, kept.pop()!], 3), e);
      if (grow !== undefined) h = grow(doubled(h));
    }
    return tf.conv2dTranspose(silu(norm(h)), output as tf.Tensor as Image, x.shape, patch, 'valid');
  };
}

/** Each position repeated 2×2; its gradient is a sum over 2×2, which tfjs's own gets wrong on the cpu backend. */
const doubled = tf.customGrad((...inputs) => {
  const x = inputs[0] as Image;
  return {
    value: tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]),
    gradFunc: (dy: tf.Tensor) => tf.avgPool(dy as Image, 2, 2, 'valid').mul(4),
  };
}) as Layer;

export interface IResNetSizes {
  widths: readonly number[];
  blocks: readonly number[];
  embeddingSize: number;
}

/** An improved residual network for faces (Deng et al. 2019): [B,H,W,3] → [B,embeddingSize]. */
export function iresnet(
  w: Weights,
  { widths, blocks, embeddingSize }: IResNetSizes,
  image: number,
  training: boolean,
) {
  const prelu = (channels: number): Layer => {
    const slope = w.constant([channels], 0.25);
    return (x) => {
      const positive = tf.relu(x);
      return positive.add(x.sub(positive).mul(slope));
    };
  };
  const norm = (channels: number) => batchNorm(w, channels, training);
  const unit = (inputs: number, outputs: number, stride: number): Layer => {
    const [bn1, conv1, bn2] = [norm(inputs), conv(w, inputs, outputs, 3, 1, false), norm(outputs)];
    const [act, conv2, bn3] = [prelu(outputs), conv(w, outputs, outputs, 3, stride, false), norm(outputs)];
    const project = conv(w, inputs, outputs, 1, stride, false);
    const bnProject = norm(outputs);
    const same = stride === 1 && inputs === outputs;
    return (x) => bn3(conv2(act(bn2(conv1(bn1(x)))))).add(same ? x : bnProject(project(x)));
  };
  const stem = [conv(w, 3, widths[0], 3, 1, false), norm(widths[0]), prelu(widths[0])];
  let channels = widths[0];
  const units = widths.flatMap((width, stage) =>
    Array.from({ length: blocks[stage] }, (_, i) => {
      const made = unit(channels, width, i === 0 ? 2 : 1);
      channels = width;
      return made;
    }),
  );
  const side = widths.reduce((s) => Math.ceil(s / 2), image);
  const [bn, fc, bnOut] = [
    norm(channels),
    dense(w, side * side * channels, embeddingSize),
    norm(embeddingSize),
  ];
  return (x: Image): tf.Tensor2D =>
    bnOut(fc(bn([...stem, ...units].reduce((h, layer) => layer(h), x)).reshape([x.shape[0], -1])));
}

/** Rows divided by their length. */
export const unitRows = (x: tf.Tensor2D): tf.Tensor2D => x.mul(x.square().sum(1, true).add(1e-10).rsqrt());
