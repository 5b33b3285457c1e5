import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { Rng } from '@id3/core';
import type { Channels } from '@id3/data';
import { BatchNorm, Conv2d, Dense, PRelu } from '../nn/layers.ts';
import { Scope, fanIn } from '../nn/scope.ts';

/** Options of an improved ResNet for faces (Deng et al. 2019, "ArcFace", section 3.1). */
export const iresnetSchema = z.strictObject({
  /** Channels of the four stages; each halves the resolution. */
  widths: z.array(z.int().min(4)).length(4),
  /** Residual units of the four stages. */
  blocks: z.array(z.int().min(1)).length(4),
  /** d. */
  embeddingSize: z.int().min(2),
  /** Share of the features before the last layer that is dropped in training. */
  dropout: z.number().min(0).lt(1),
});
export type IResNetOptions = z.infer<typeof iresnetSchema>;

/** LResNet50E-IR, the paper's recogniser: 112×112 → 512. */
export const LRESNET50E_IR: IResNetOptions = {
  widths: [64, 128, 256, 512],
  blocks: [3, 4, 14, 3],
  embeddingSize: 512,
  dropout: 0.4,
};

/** The improved residual unit: BN-Conv-BN-PReLU-Conv(stride)-BN, with a projected shortcut where the shape changes. */
class Unit {
  private readonly bn1: BatchNorm;
  private readonly conv1: Conv2d;
  private readonly bn2: BatchNorm;
  private readonly prelu: PRelu;
  private readonly conv2: Conv2d;
  private readonly bn3: BatchNorm;
  private readonly shortcut: { conv: Conv2d; bn: BatchNorm } | undefined;

  constructor(scope: Scope, inputs: number, outputs: number, stride: number) {
    const init = fanIn(2);
    this.bn1 = new BatchNorm(scope.child('bn1'), inputs);
    this.conv1 = new Conv2d(scope.child('conv1'), inputs, outputs, { bias: false, init });
    this.bn2 = new BatchNorm(scope.child('bn2'), outputs);
    this.prelu = new PRelu(scope.child('prelu'), outputs);
    this.conv2 = new Conv2d(scope.child('conv2'), outputs, outputs, { stride, bias: false, init });
    this.bn3 = new BatchNorm(scope.child('bn3'), outputs);
    if (stride !== 1 || inputs !== outputs) {
      const where = scope.child('shortcut');
      this.shortcut = {
        conv: new Conv2d(where.child('conv'), inputs, outputs, { size: 1, stride, bias: false }),
        bn: new BatchNorm(where.child('bn'), outputs),
      };
    }
  }

  forward(x: tf.Tensor4D, training: boolean): tf.Tensor4D {
    let h = this.conv1.forward(this.bn1.forward(x, training));
    h = this.conv2.forward(this.prelu.forward(this.bn2.forward(h, training)));
    h = this.bn3.forward(h, training);
    const { shortcut } = this;
    return h.add(shortcut === undefined ? x : shortcut.bn.forward(shortcut.conv.forward(x), training));
  }
}

/** Rows divided by their length: [B,d] → [B,d] on the unit sphere. */
export const unitRows = (x: tf.Tensor2D): tf.Tensor2D =>
  x.mul<tf.Tensor2D>(x.square().sum<tf.Tensor2D>(1, true).add(1e-10).rsqrt());

/** A face recogniser: an IResNet with ArcFace's "E" output, BN-Dropout-FC-BN. */
export class Recogniser {
  readonly scope: Scope;
  readonly embeddingSize: number;
  private readonly stem: { conv: Conv2d; bn: BatchNorm; prelu: PRelu };
  private readonly units: Unit[] = [];
  private readonly outputBn: BatchNorm;
  private readonly fc: Dense;
  private readonly embeddingBn: BatchNorm;
  private readonly features: number;

  /** `imageSize` is the side of the square input, a multiple of 16; start weights come from `seed`; of grey images `channels` is 1. */
  constructor(
    readonly options: IResNetOptions,
    readonly imageSize: number,
    seed: number,
    readonly channels: Channels = 3,
  ) {
    const { widths, blocks, embeddingSize } = options;
    const scope = (this.scope = new Scope(seed));
    this.embeddingSize = embeddingSize;
    const stem = scope.child('stem');
    this.stem = {
      conv: new Conv2d(stem.child('conv'), this.channels, widths[0], { bias: false, init: fanIn(2) }),
      bn: new BatchNorm(stem.child('bn'), widths[0]),
      prelu: new PRelu(stem.child('prelu'), widths[0]),
    };
    let inputs = widths[0];
    widths.forEach((width, stage) => {
      for (let i = 0; i < blocks[stage]; i++) {
        this.units.push(new Unit(scope.child(`stage${stage}`).child(i), inputs, width, i === 0 ? 2 : 1));
        inputs = width;
      }
    });
    const side = widths.reduce((s) => Math.ceil(s / 2), imageSize);
    this.features = side * side * inputs;
    this.outputBn = new BatchNorm(scope.child('outputBn'), inputs);
    this.fc = new Dense(scope.child('fc'), this.features, embeddingSize);
    this.embeddingBn = new BatchNorm(scope.child('embeddingBn'), embeddingSize, { scale: false });
  }

  /**
   * Embeddings that are not normalised: [B,H,W,C] in [-1,1] → [B,d]. In training, batch norm uses the
   * batch's statistics and `dropout` (drawn by {@link dropoutMask}) multiplies the features.
   */
  embed(images: tf.Tensor4D, training?: { dropout?: tf.Tensor2D }): tf.Tensor2D {
    const isTraining = training !== undefined;
    const { conv, bn, prelu } = this.stem;
    let h = prelu.forward(bn.forward(conv.forward(images), isTraining));
    for (const unit of this.units) h = unit.forward(h, isTraining);
    let features = this.outputBn.forward(h, isTraining).reshape<tf.Tensor2D>([-1, this.features]);
    if (training?.dropout !== undefined) features = features.mul(training.dropout);
    return this.embeddingBn.forward(this.fc.forward(features), isTraining);
  }

  /** Embeddings on the unit sphere, with the running statistics: [B,H,W,C] in [-1,1] → [B,d]. */
  embedUnit(images: tf.Tensor4D): tf.Tensor2D {
    return unitRows(this.embed(images));
  }

  /** The last layer and its normalisation as one affine map of the features: kernel [features,d] and bias [d]. */
  lastLayer(): { kernel: tf.Tensor2D; bias: tf.Tensor1D } {
    const { scale, shift } = this.embeddingBn.affine();
    return {
      kernel: this.fc.kernel.mul<tf.Tensor2D>(scale),
      bias: this.fc.bias!.mul(scale).add<tf.Tensor1D>(shift),
    };
  }

  /** Factors for the features of a batch, 0 or 1/(1-dropout): [B,features]; absent where nothing is dropped. */
  dropoutMask(batchSize: number, rng: Rng): tf.Tensor2D | undefined {
    const { dropout } = this.options;
    if (dropout === 0) return undefined;
    const keep = Float32Array.from({ length: batchSize * this.features }, () =>
      rng.chance(dropout) ? 0 : 1 / (1 - dropout),
    );
    return tf.tensor2d(keep, [batchSize, this.features]);
  }
}
