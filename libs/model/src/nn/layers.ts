import * as tf from '@tensorflow/tfjs-core';
import { constant, fanIn, ones, zeros, type Initialiser, type Scope } from './scope.ts';

/** Affine map: [B,in] → [B,out]. */
export class Dense {
  readonly kernel: tf.Variable;
  readonly bias: tf.Variable | undefined;

  constructor(
    scope: Scope,
    inputs: number,
    outputs: number,
    options: { init?: Initialiser; bias?: boolean } = {},
  ) {
    this.kernel = scope.weight('kernel', [inputs, outputs], options.init ?? fanIn());
    if (options.bias !== false) this.bias = scope.weight('bias', [outputs], zeros);
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    const y = tf.matMul<tf.Tensor2D>(x, this.kernel);
    return this.bias === undefined ? y : y.add(this.bias);
  }
}

export interface Conv2dOptions {
  /** Side of the square kernel. */
  size?: number;
  stride?: number;
  bias?: boolean;
  init?: Initialiser;
}

/** 2-D convolution: [B,H,W,in] → [B,H/stride,W/stride,out], padded with (size-1)/2 zeros on each side. */
export class Conv2d {
  private readonly kernel: tf.Variable;
  private readonly bias: tf.Variable | undefined;
  private readonly stride: number;
  private readonly pad: number;

  constructor(scope: Scope, inputs: number, outputs: number, options: Conv2dOptions = {}) {
    const size = options.size ?? 3;
    this.stride = options.stride ?? 1;
    this.pad = Math.floor((size - 1) / 2);
    this.kernel = scope.weight('kernel', [size, size, inputs, outputs], options.init ?? fanIn());
    if (options.bias !== false) this.bias = scope.weight('bias', [outputs], zeros);
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const y = tf.conv2d(x, this.kernel as tf.Tensor4D, this.stride, this.pad);
    return this.bias === undefined ? y : y.add(this.bias);
  }
}

/** Transposed convolution whose kernel equals its stride: [B,H,W,in] → [B,sH,sW,out], patches do not overlap. */
export class PatchExpand {
  private readonly kernel: tf.Variable;
  private readonly bias: tf.Variable;
  private readonly stride: number;

  constructor(
    scope: Scope,
    inputs: number,
    private readonly outputs: number,
    { stride, init }: { stride: number; init: Initialiser },
  ) {
    this.stride = stride;
    this.kernel = scope.weight('kernel', [stride, stride, outputs, inputs], init);
    this.bias = scope.weight('bias', [outputs], zeros);
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width] = x.shape;
    const shape: [number, number, number, number] = [
      batch,
      height * this.stride,
      width * this.stride,
      this.outputs,
    ];
    return tf.conv2dTranspose(x, this.kernel as tf.Tensor4D, shape, this.stride, 'valid').add(this.bias);
  }
}

/** [B,C] or [C] as channels of groups: [B,G,C/G] or [G,C/G]. */
const grouped = (t: tf.Tensor, groups: number): tf.Tensor =>
  t.reshape([...t.shape.slice(0, -1), groups, t.shape.at(-1)! / groups]);

/** Over what an image [B,H,W,C] is normalised. All but the image broadcast against gain and bias. */
interface Statistics {
  /** Numbers of the image that have one mean. */
  count: number;
  mean: (image: tf.Tensor) => tf.Tensor;
  /** The sum over what has one gain and bias. */
  sum: (image: tf.Tensor) => tf.Tensor;
  /** Such sums, added up to what has one mean. */
  gathered: (sums: tf.Tensor) => tf.Tensor;
  /** Sees mean and variance. */
  track?: (mean: tf.Tensor, variance: tf.Tensor) => void;
}

/**
 * x [B,H,W,C] normalised, times gain plus bias. The gradient is written out, so that the image itself is touched by only one
 * multiplication and one addition, and by two of each on the way back.
 */
function normalise(
  x: tf.Tensor4D,
  gain: tf.Tensor,
  bias: tf.Tensor,
  epsilon: number,
  { count, mean: meanOf, sum, gathered, track }: Statistics,
): tf.Tensor4D {
  const perImage = (t: tf.Tensor) => t.reshape<tf.Tensor4D>([-1, 1, 1, x.shape[3]]);
  const operation = tf.customGrad<tf.Tensor>((...inputs) => {
    const [image, times, plus, save] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const mean = meanOf(image);
    const variance = meanOf(image.square()).sub(mean.square());
    track?.(mean, variance);
    const inverse = variance.add(epsilon).rsqrt();
    const scale = inverse.mul(times);
    save([image, times, mean, inverse, scale]);
    return {
      value: image.mul(perImage(scale)).add(perImage(plus.sub(mean.mul(scale)))),
      gradFunc: (dy, saved) => {
        const [image, times, mean, inverse, scale] = saved;
        const dShift = sum(dy);
        const dScale = sum(dy.mul(image)).sub(mean.mul(dShift));
        // Of the mean square and of the mean, by each pixel
        const square = gathered(dScale.mul(times))
          .mul(inverse.mul(inverse).mul(inverse))
          .mul(-1 / count);
        const first = gathered(dShift.mul(scale))
          .mul(-1 / count)
          .sub(mean.mul(square));
        const everywhere = (t: tf.Tensor) => perImage(t.broadcastTo(scale.shape));
        const dx = dy.mul(perImage(scale)).add(image.mul(everywhere(square)).add(everywhere(first)));
        return [dx, dScale.mul(inverse), dShift];
      },
    };
  });
  return operation(x, gain, bias) as tf.Tensor4D;
}

/** Group normalisation (Wu & He 2018): [B,H,W,C] → the same shape. */
export class GroupNorm {
  private readonly gamma: tf.Variable;
  private readonly beta: tf.Variable;

  constructor(
    scope: Scope,
    channels: number,
    private readonly groups: number,
    private readonly epsilon = 1e-5,
  ) {
    if (channels % groups !== 0) throw new Error(`${channels} channels do not split into ${groups} groups`);
    this.gamma = scope.weight('gamma', [channels], ones);
    this.beta = scope.weight('beta', [channels], zeros);
  }

  /** `film` (each [B,C]) multiplies the result by 1 + scale and adds shift (ADM's scale-shift conditioning). */
  forward(x: tf.Tensor4D, film?: { scale: tf.Tensor2D; shift: tf.Tensor2D }): tf.Tensor4D {
    let [gain, bias]: tf.Tensor[] = [this.gamma, this.beta];
    if (film !== undefined) {
      const times = film.scale.add(1);
      [gain, bias] = [gain.mul(times), bias.mul(times).add(film.shift)];
    }
    const { groups } = this;
    const [batch, height, width, channels] = x.shape;
    const [times, plus] = [gain, bias].map((t) =>
      grouped(t, groups).broadcastTo([batch, groups, channels / groups]),
    );
    // Per channel first: the means of a group are taken of tiny tensors
    return normalise(x, times, plus, this.epsilon, {
      count: (height * width * channels) / groups,
      mean: (image) => grouped(image.mean([1, 2]), groups).mean(2, true),
      sum: (image) => grouped(image.sum([1, 2]), groups),
      gathered: (t) => t.sum(2, true),
    });
  }
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015) over every axis but the last: [B,H,W,C] or [B,C] → the same shape.
 * In training it uses the batch's statistics and moves the running ones by `momentum` towards them
 * (the unbiased variance, as PyTorch); otherwise it uses the running ones.
 */
export class BatchNorm {
  private readonly gamma: tf.Variable | undefined;
  private readonly beta: tf.Variable;
  private readonly runningMean: tf.Variable;
  private readonly runningVariance: tf.Variable;
  private readonly momentum: number;
  private readonly epsilon: number;

  /** `scale: false` leaves γ at 1, as ArcFace's last layer does. */
  constructor(
    scope: Scope,
    channels: number,
    options: { momentum?: number; epsilon?: number; scale?: boolean } = {},
  ) {
    this.momentum = options.momentum ?? 0.1;
    this.epsilon = options.epsilon ?? 1e-5;
    if (options.scale !== false) this.gamma = scope.weight('gamma', [channels], ones);
    this.beta = scope.weight('beta', [channels], zeros);
    this.runningMean = scope.buffer('mean', [channels], 0);
    this.runningVariance = scope.buffer('variance', [channels], 1);
  }

  forward<T extends tf.Tensor>(x: T, training: boolean): T {
    if (training) return this.ofBatch(x);
    const { scale, shift } = this.affine();
    return x.mul<T>(scale).add(shift);
  }

  private ofBatch<T extends tf.Tensor>(x: T): T {
    const channels = this.beta.size;
    const count = x.size / channels;
    const image = x.reshape<tf.Tensor4D>(x.rank === 4 ? x.shape : [-1, 1, 1, channels]);
    const gain = this.gamma ?? tf.ones([channels]);
    return normalise(image, gain, this.beta, this.epsilon, {
      count,
      mean: (t) => t.mean([1, 2]).mean(0),
      sum: (t) => t.sum([0, 1, 2]),
      gathered: (t) => t,
      track: (mean, variance) => {
        this.track(this.runningMean, mean);
        this.track(this.runningVariance, variance.mul(count / Math.max(1, count - 1)));
      },
    }).reshape(x.shape);
  }

  /** What is done with the running statistics, as x·scale + shift: each [C]. */
  affine(): { scale: tf.Tensor; shift: tf.Tensor } {
    const inverse = this.runningVariance.add(this.epsilon).rsqrt();
    const scale = this.gamma === undefined ? inverse : inverse.mul(this.gamma);
    return { scale, shift: this.beta.sub(this.runningMean.mul(scale)) };
  }

  private track(running: tf.Variable, batch: tf.Tensor): void {
    running.assign(running.mul(1 - this.momentum).add(batch.mul(this.momentum)));
  }
}

/** max(x,0) + α·min(x,0) with one trained slope per channel (He et al. 2015), α starting at 0.25. */
export class PRelu {
  private readonly slope: tf.Variable;

  constructor(scope: Scope, channels: number) {
    this.slope = scope.weight('slope', [channels], constant(0.25));
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return preluWithGradient(x, this.slope) as tf.Tensor4D;
  }
}

/** Its gradient takes the factors of the way forth and seven passes over an image, that of relu(x) and the rest thirteen. */
const preluWithGradient = tf.customGrad<tf.Tensor>((...inputs) => {
  const [x, slope, save] = inputs as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const factor = tf.where(x.greater(0), 1, slope);
  save([x, factor]);
  return {
    value: x.mul(factor),
    gradFunc: (dy, [x, factor]: tf.Tensor[]) => [dy.mul(factor), dy.mul(tf.minimum(x, 0)).sum([0, 1, 2])],
  };
});

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
