import * as tf from '@tensorflow/tfjs-core';

/** The variables of a network, drawn one after another from seeds 1, 2, … */
export class Weights {
  readonly all: tf.Variable[] = [];
  /** Averages that batch normalisation keeps. */
  readonly averages: tf.Variable[] = [];

  draw(shape: number[], std: number): tf.Variable {
    const values = tf.randomNormal(shape, 0, std, 'float32', this.all.length + 1);
    const variable = tf.variable(values);
    values.dispose();
    this.all.push(variable);
    return variable;
  }

  constant(shape: number[], value: number): tf.Variable {
    const variable = tf.variable(
      tf.tensor(new Float32Array(tf.util.sizeFromShape(shape)).fill(value), shape),
    );
    this.all.push(variable);
    return variable;
  }

  average(size: number, value: number): tf.Variable {
    const variable = tf.variable(tf.tensor1d(new Float32Array(size).fill(value)));
    this.averages.push(variable);
    return variable;
  }

  /** Declares that nothing will change any more, so that an engine may compile it in. */
  freeze(): void {
    for (const variable of [...this.all, ...this.averages]) variable.trainable = false;
  }
}

export type Image = tf.Tensor4D;
export type Layer = (x: Image) => Image;

/** SiLU / swish: x·σ(x). Its gradient, σ + y·(1-σ), takes two passes over an image less than that of the product. */
export const silu = <T extends tf.Tensor>(x: T): T => siluWithGradient(x) as T;

const siluWithGradient = tf.customGrad<tf.Tensor>((...inputs) => {
  const [x, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
  const sigma = tf.sigmoid(x);
  const value = x.mul(sigma);
  save([sigma, value]);
  return {
    value,
    gradFunc: (dy, [sigma, y]: tf.Tensor[]) => dy.mul(sigma.add(y.mul(tf.sub(1, sigma)))),
  };
});

export function conv(w: Weights, inputs: number, outputs: number, size = 3, stride = 1, bias = true): Layer {
  const kernel = w.draw([size, size, inputs, outputs], 1 / Math.sqrt(size * size * inputs)) as tf.Variable;
  const shift = bias ? w.constant([outputs], 0) : undefined;
  const pad = Math.floor((size - 1) / 2);
  return (x) => {
    const y = tf.conv2d(x, kernel as tf.Tensor as Image, stride, pad);
    return shift === undefined ? y : y.add(shift);
  };
}

export function dense(w: Weights, inputs: number, outputs: number): (x: tf.Tensor2D) => tf.Tensor2D {
  const kernel = w.draw([inputs, outputs], 1 / Math.sqrt(inputs));
  const bias = w.constant([outputs], 0);
  return (x) => tf.matMul(x, kernel as tf.Tensor as tf.Tensor2D).add(bias);
}

/** [B,C] or [C] as channels of groups: [B,G,C/G] or [G,C/G]. */
const grouped = (t: tf.Tensor, groups: number): tf.Tensor =>
  t.reshape([...t.shape.slice(0, -1), groups, t.shape.at(-1)! / groups]);

/**
 * x [B,H,W,C] normalised in groups, times gain plus bias of [B,G,C/G]. Statistics are taken per channel first and then combined in a
 * group on tiny tensors, so the image itself is touched by only one multiplication and one addition, and by two of each on the way back.
 */
function normalise(x: Image, gain: tf.Tensor3D, bias: tf.Tensor3D, epsilon: number): Image {
  const [, height, width, channels] = x.shape;
  const groups = gain.shape[1];
  const count = (height * width * channels) / groups;
  const perImage = (t: tf.Tensor) => t.reshape<Image>([-1, 1, 1, channels]);
  const operation = tf.customGrad<tf.Tensor>((...inputs) => {
    const [image, times, plus, save] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const inGroups = (t: tf.Tensor) => grouped(t.mean([1, 2]), groups).mean(2, true);
    const mean = inGroups(image); // [B,G,1]
    const inverse = inGroups(image.square()).sub(mean.square()).add(epsilon).rsqrt();
    const scale = inverse.mul(times);
    save([image, times, mean, inverse, scale]);
    return {
      value: image.mul(perImage(scale)).add(perImage(plus.sub(mean.mul(scale)))),
      gradFunc: (dy, saved) => {
        const [image, times, mean, inverse, scale] = saved;
        const dShift = grouped(dy.sum([1, 2]), groups); // [B,G,C/G]
        const dScale = grouped(dy.mul(image).sum([1, 2]), groups).sub(mean.mul(dShift));
        // Of the mean square and of the mean, by each pixel
        const square = dScale
          .mul(times)
          .sum(2, true)
          .mul(inverse.mul(inverse).mul(inverse))
          .mul(-1 / count);
        const first = dShift
          .mul(scale)
          .sum(2, true)
          .mul(-1 / count)
          .sub(mean.mul(square));
        const everywhere = (t: tf.Tensor) => perImage(t.broadcastTo(scale.shape));
        const dx = dy.mul(perImage(scale)).add(image.mul(everywhere(square)).add(everywhere(first)));
        return [dx, dScale.mul(inverse), dShift];
      },
    };
  });
  return operation(x, gain, bias) as Image;
}

/** Group normalisation. */
export function groupNorm(w: Weights, channels: number, groups: number) {
  const [gamma, beta] = [w.constant([channels], 1), w.constant([channels], 0)];
  return (x: Image, film?: { scale: tf.Tensor; shift: tf.Tensor }): Image => {
    let [gain, bias]: tf.Tensor[] = [gamma, beta];
    if (film !== undefined) {
      const times = film.scale.add(1);
      [gain, bias] = [gain.mul(times), bias.mul(times).add(film.shift)];
    }
    const perGroup: [number, number, number] = [x.shape[0], groups, channels / groups];
    const [times, plus] = [gain, bias].map((t) => grouped(t, groups).broadcastTo<tf.Rank.R3>(perGroup));
    return normalise(x, times as tf.Tensor3D, plus as tf.Tensor3D, 1e-5);
  };
}

/** Batch normalisation with the batch's statistics, which it also averages, or with the averages. */
export function batchNorm(w: Weights, channels: number, training: boolean) {
  const [gamma, beta] = [w.constant([channels], 1), w.constant([channels], 0)];
  const average = [0, 1].map((value) => w.average(channels, value));
  return <T extends tf.Tensor>(x: T): T => {
    let [mean, variance]: tf.Tensor[] = average;
    if (training) {
      const over = (t: tf.Tensor) => (t.rank === 4 ? t.mean([1, 2]) : t).mean(0);
      mean = over(x);
      variance = over(x.square()).sub(mean.square());
      [mean, variance].forEach((now, i) => average[i].assign(average[i].mul(0.9).add(now.mul(0.1))));
    }
    const scale = variance.add(1e-5).rsqrt().mul(gamma);
    return x.mul<T>(scale).add(beta.sub(mean.mul(scale)));
  };
}

export function selfAttention(w: Weights, channels: number, heads: number, groups: number): Layer {
  const norm = groupNorm(w, channels, groups);
  const [qkv, out] = [conv(w, channels, 3 * channels, 1), conv(w, channels, channels, 1)];
  return (x) => {
    const [batch, height, width] = x.shape;
    const size = channels / heads;
    const positions = height * width;
    const [q, k, v] = tf.split(qkv(norm(x)), 3, 3).map((part) =>
      part
        .reshape([batch, positions, heads, size])
        .transpose([0, 2, 1, 3])
        .reshape<tf.Tensor3D>([batch * heads, positions, size]),
    );
    const weights = tf.softmax(tf.matMul(q, k, false, true).mul(1 / Math.sqrt(size)));
    const mixed = tf
      .matMul(weights as tf.Tensor3D, v)
      .reshape([batch, heads, positions, size])
      .transpose([0, 2, 1, 3])
      .reshape<Image>(x.shape);
    return x.add(out(mixed));
  };
}

/** AdamW on one vector of all weights, the gradient clipped to norm 1; returns a function of gradients and step. */
export function adamW(weights: readonly tf.Variable[], learningRate: number) {
  const size = weights.reduce((sum, v) => sum + v.size, 0);
  const [m, v] = [0, 1].map(() => tf.variable(tf.tensor1d(new Float32Array(size))));
  const flat = (tensors: readonly tf.Tensor[]) => tf.concat1d(tensors.map((t) => t.flatten()));
  return (gradients: readonly tf.Tensor[], step: tf.Scalar): void => {
    let g: tf.Tensor1D = flat(gradients);
    g = g.mul(tf.minimum(1, tf.scalar(1).div(g.norm().add(1e-12))));
    m.assign(m.mul(0.9).add(g.mul(0.1)));
    v.assign(v.mul(0.999).add(g.square().mul(0.001)));
    const unbiased = (moment: tf.Tensor, beta: number) => moment.div(tf.sub(1, tf.pow(beta, step)));
    const direction = unbiased(m, 0.9).div(unbiased(v, 0.999).sqrt().add(1e-8));
    const updated: tf.Tensor1D = flat(weights).sub(direction.mul(tf.scalar(learningRate)));
    tf.split(
      updated,
      weights.map((w) => w.size),
    ).forEach((part, i) => weights[i].assign(part.reshape(weights[i].shape)));
  };
}
