import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Scope } from '../nn/scope.ts';
import { resample, type Window } from '../nn/resample.ts';
import { unitRows } from './iresnet.ts';

/** Side of the network's input. */
const SIDE = 150;
const MEAN_RGB = [122.782, 117.001, 104.298];
/** Values that the network's last layer maps to the embedding. */
export const FACE_API_FEATURES = 256;
const EMBEDDING = 128;

/**
 * What of an ArcFace crop the network is shown: dlib's face chip (150 pixels, padding 0.25), on which it was trained, has the pupils
 * 52.5 pixels apart and 47.1 below its top; in ArcFace's template they are 35.2 apart at (55.9, 51.6).
 */
export const DLIB_CHIP: Window = chip();
function chip(): Window {
  const side = (35.24 / 52.55) * SIDE;
  return { x: (56.41 - side / 2) / 112, y: (52.1 - (47.13 / SIDE) * side) / 112, side: side / 112 };
}

interface Convolution {
  readonly filters: tf.Variable;
  readonly bias: tf.Variable;
}
interface Block {
  readonly first: Convolution;
  readonly second: Convolution;
  readonly down: boolean;
}

/** Blocks in order; those that halve the resolution end in `down`. */
const BLOCKS = [
  ...['conv32_1', 'conv32_2', 'conv32_3', 'conv64_down', 'conv64_1', 'conv64_2', 'conv64_3', 'conv128_down'],
  ...['conv128_1', 'conv128_2', 'conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'],
];

/**
 * The face recognition network of `@vladmandic/face-api` (MIT): dlib's ResNet-29 (King 2017, "High quality face recognition with deep
 * metric learning", public domain; 99.38 % on LFW), with the weights in its npm package (8-bit), written for tfjs's gradients and for engines
 * that compile: pooling is made of maxima and sums, so that nothing falls back to another engine.
 */
export class FaceApiRecogniser {
  readonly scope = new Scope(0);
  readonly embeddingSize: number;
  private readonly stem: Convolution;
  private readonly blocks: Block[];
  private readonly kernel: tf.Variable;
  private readonly bias: tf.Variable;

  /** `last` takes the place of the network's last layer, which {@link whitenedLayer} makes: kernel [256,d] and bias [d]. */
  constructor(
    last?: { kernel: Float32Array; bias: Float32Array },
    private readonly window: Window = DLIB_CHIP,
  ) {
    const weights = readWeights();
    this.stem = this.convolution(weights, 'conv32_down');
    this.blocks = BLOCKS.map((name) => ({
      first: this.convolution(weights, `${name}/conv1`),
      second: this.convolution(weights, `${name}/conv2`),
      down: name.includes('down'),
    }));
    const kernel = last?.kernel ?? weights.fc.data;
    this.embeddingSize = kernel.length / FACE_API_FEATURES;
    const bias = last?.bias ?? new Float32Array(EMBEDDING);
    this.kernel = this.scope.weight('fc.kernel', [FACE_API_FEATURES, this.embeddingSize], () => kernel);
    this.bias = this.scope.weight('fc.bias', [this.embeddingSize], () => bias);
    this.scope.freeze();
  }

  /** Embeddings that are not normalised: ArcFace crops [B,S,S,3] in [-1,1], or [B,S,S,1], whose grey stands for all three → [B,d]. */
  embed(images: tf.Tensor4D): tf.Tensor2D {
    const shown = resample(images, SIDE, this.window).add(1).mul(127.5);
    // Of grey images this is what makes three channels.
    const input = shown.sub(tf.tensor1d(MEAN_RGB)).div<tf.Tensor4D>(255);
    let x = halvedMaxima(tf.relu(convolve(input, this.stem, 2, 'valid'))); // 150 → 72 → 35
    for (const block of this.blocks) x = residual(x, block);
    const features = x.mean<tf.Tensor2D>([1, 2]);
    return tf.matMul<tf.Tensor2D>(features, this.kernel).add<tf.Tensor2D>(this.bias);
  }

  /** Embeddings on the unit sphere; differentiable: [B,S,S,C] in [-1,1] → [B,d]. */
  embedUnit(images: tf.Tensor4D): tf.Tensor2D {
    return unitRows(this.embed(images));
  }

  /** The last layer as an affine map of the features: kernel [256,d] and bias [d]. */
  lastLayer(): { kernel: tf.Tensor2D; bias: tf.Tensor1D } {
    return { kernel: this.kernel as tf.Tensor2D, bias: this.bias as tf.Tensor1D };
  }

  /** A convolution with the scale layer after it built in: (w∗x + b)·s + t = (w·s)∗x + (b·s + t). */
  private convolution(weights: Weights, name: string): Convolution {
    const filters = weights[`${name}/conv/filters`];
    const bias = weights[`${name}/conv/bias`].data;
    const scale = weights[`${name}/scale/weights`].data;
    const shift = weights[`${name}/scale/biases`].data;
    const outputs = scale.length;
    const path = name.replace('/', '.');
    return {
      filters: this.scope.weight(`${path}.filters`, filters.shape, () =>
        filters.data.map((w, i) => w * scale[i % outputs]),
      ),
      bias: this.scope.weight(`${path}.bias`, [outputs], () => bias.map((b, i) => b * scale[i] + shift[i])),
    };
  }
}

const convolve = (x: tf.Tensor4D, { filters, bias }: Convolution, stride: number, pad: 'same' | 'valid') =>
  tf.conv2d(x, filters as tf.Tensor4D, stride, pad).add<tf.Tensor4D>(bias);

function residual(x: tf.Tensor4D, { first, second, down }: Block): tf.Tensor4D {
  const h = tf.relu(convolve(x, first, down ? 2 : 1, down ? 'valid' : 'same'));
  const out = convolve(h, second, 1, 'same');
  if (!down) return tf.relu(out.add<tf.Tensor4D>(x));
  const pooled = halvedMeans(x);
  // The convolution may end a row and column before the pooling, and the pooling has no channels for the new ones.
  const [, height, width, channels] = pooled.shape;
  const missing = (have: number, want: number): [number, number] => [0, Math.max(0, want - have)];
  const none: [number, number] = [0, 0];
  const padded = tf.pad4d(out, [none, missing(out.shape[1], height), missing(out.shape[2], width), none]);
  const widened = tf.pad4d(pooled, [none, none, none, missing(channels, out.shape[3])]);
  return tf.relu(padded.add<tf.Tensor4D>(widened));
}

/** Neighbouring pairs along the rows' axis: even and odd rows, [B,⌊H/2⌋,W,C] each (a last odd one is left out). */
function rowPairs(x: tf.Tensor4D): [tf.Tensor4D, tf.Tensor4D] {
  const [batch, height, width, channels] = x.shape;
  const half = Math.floor(height / 2);
  const even = height % 2 === 0 ? x : x.slice([0, 0, 0, 0], [batch, 2 * half, width, channels]);
  const sideBySide = even.reshape<tf.Tensor4D>([batch, half, 2 * width, channels]);
  return [
    sideBySide.slice([0, 0, 0, 0], [batch, half, width, channels]),
    sideBySide.slice([0, 0, width, 0], [batch, half, width, channels]),
  ];
}

const turned = (x: tf.Tensor4D): tf.Tensor4D => x.transpose([0, 2, 1, 3]);
/** Applies a pooling of rows to both axes. */
const bothAxes = (x: tf.Tensor4D, pool: (x: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D =>
  turned(pool(turned(pool(x))));

/** Means of 2×2 with stride 2: `avgPool(x, 2, 2, 'valid')`. */
const halvedMeans = (x: tf.Tensor4D): tf.Tensor4D =>
  bothAxes(x, (h) => {
    const [even, odd] = rowPairs(h);
    return even.add(odd).mul(0.5);
  });

/** Maxima of 3×3 with stride 2 for an even side: `maxPool(x, 3, 2, 'valid')`. */
const halvedMaxima = (x: tf.Tensor4D): tf.Tensor4D =>
  bothAxes(x, (h) => {
    const [even, odd] = rowPairs(h);
    const [batch, half, width, channels] = even.shape;
    const size: [number, number, number, number] = [batch, half - 1, width, channels];
    const pairs = tf.maximum(even, odd).slice([0, 0, 0, 0], size);
    return tf.maximum<tf.Tensor4D>(pairs, even.slice([0, 1, 0, 0], size));
  });

type Weights = Record<string, { shape: number[]; data: Float32Array }>;

/** The weights in the npm package, from 8 bits. */
function readWeights(): Weights {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const manifest = JSON.parse(
    readFileSync(join(folder, 'face_recognition_model-weights_manifest.json'), 'utf8'),
  ) as tf.io.WeightsManifestConfig;
  const [{ weights, paths }] = manifest;
  const bytes = new Uint8Array(readFileSync(join(folder, paths[0])));
  const tensors = tf.io.decodeWeights(bytes.buffer, weights);
  const decoded = Object.entries(tensors).map(([name, tensor]) => {
    const data = tensor.dataSync<'float32'>();
    tensor.dispose();
    return [name, { shape: tensor.shape, data }];
  });
  return Object.fromEntries(decoded) as Weights;
}
