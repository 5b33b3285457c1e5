import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Channels } from '@id3/data';
import { Conv2d, Dense, GroupNorm, PatchExpand, silu } from '../nn/layers.ts';
import { Scope, zeros } from '../nn/scope.ts';
import { ConditionMlp, timeEmbedding } from './conditioning.ts';
import { CrossAttention, SelfAttention } from './attention.ts';

/** Options of the denoising U-Net (Ho et al. 2020; Rombach et al. 2022). */
export const unetSchema = z
  .strictObject({
    /** Side of the square patches that the first convolution turns into one position; 1 works on pixels. */
    patchSize: z.int().min(1).max(8),
    /** Even, for half of them are sines and half cosines of the time. */
    baseChannels: z.int().min(8).multipleOf(2),
    /** Channels of each level as multiples of `baseChannels`; every level but the first halves the resolution. */
    channelMultipliers: z.array(z.int().min(1)).min(1),
    blocksPerLevel: z.int().min(1),
    /** Levels (0 = finest) whose blocks are followed by attention. */
    attentionLevels: z.array(z.int().min(0)),
    attentionHeads: z.int().min(1),
    /** Groups of the group normalisation. */
    groups: z.int().min(1),
    /**
     * How [y; s] enters: `time` adds its projection to the time embedding (default), `crossAttention`
     * attends to it as a context token. *Our reading*: the paper does not say which.
     */
    conditioning: z.enum(['time', 'crossAttention']),
    /** Layer sizes of the perceptron on [y; s]; the paper's are 512, 256, 768. */
    conditionSizes: z.array(z.int().min(1)).min(1),
    /**
     * What s = (age/100, yaw/90) is multiplied by before the perceptron, or false where s is no part of the condition.
     * [1, 1] is the paper's. A short training learns little of what varies little: on rendered
     * faces [6, 2] gives them deviations of 1.0 and 0.8 instead of 0.17 and 0.38.
     * `style`, as in DCFace (Kim et al., CVPR 2023): s is the style of the image itself (style.ts), and y in training that of another
     * image of the same person, so that what both share is told by y; sampling takes styles of the training images at random.
     */
    attributes: z.union(
      [z.tuple([z.number().positive(), z.number().positive()]), z.enum(['style']), z.literal(false)],
      { error: 'expected two positive gains, as in [1,1], or style, or false' },
    ),
  })
  .refine(({ baseChannels, groups }) => baseChannels % groups === 0, {
    path: ['groups'],
    message: 'expected a divisor of baseChannels',
  })
  .refine(
    ({ channelMultipliers, attentionLevels }) =>
      attentionLevels.every((level) => level < channelMultipliers.length),
    { path: ['attentionLevels'], message: 'expected numbers below the length of channelMultipliers' },
  )
  .refine(
    ({ baseChannels, channelMultipliers, attentionLevels, attentionHeads }) =>
      // The middle, as wide as the last level, attends too.
      [...attentionLevels, channelMultipliers.length - 1].every(
        (level) => (baseChannels * channelMultipliers[level]) % attentionHeads === 0,
      ),
    { path: ['attentionHeads'], message: 'expected a divisor of the channels of every level with attention' },
  );
export type UNetOptions = z.infer<typeof unetSchema>;

/** What a layer needs besides the image: the embedding of time (and condition), and the condition itself. */
interface Context {
  embedding: tf.Tensor2D; // [B,E]
  condition: tf.Tensor2D; // [B,K]
}

/** GroupNorm-SiLU-Conv twice with a residual; time and condition scale and shift the second norm. */
class ResBlock {
  private readonly norm1: GroupNorm;
  private readonly conv1: Conv2d;
  private readonly film: Dense;
  private readonly norm2: GroupNorm;
  private readonly conv2: Conv2d;
  private readonly skip: Conv2d | undefined;

  constructor(
    scope: Scope,
    inputs: number,
    outputs: number,
    { embeddingSize, groups }: { embeddingSize: number; groups: number },
  ) {
    this.norm1 = new GroupNorm(scope.child('norm1'), inputs, groups);
    this.conv1 = new Conv2d(scope.child('conv1'), inputs, outputs);
    this.film = new Dense(scope.child('film'), embeddingSize, 2 * outputs);
    this.norm2 = new GroupNorm(scope.child('norm2'), outputs, groups);
    this.conv2 = new Conv2d(scope.child('conv2'), outputs, outputs, { init: zeros });
    if (inputs !== outputs) this.skip = new Conv2d(scope.child('skip'), inputs, outputs, { size: 1 });
  }

  forward(x: tf.Tensor4D, { embedding }: Context): tf.Tensor4D {
    const [scale, shift] = tf.split<tf.Tensor2D>(this.film.forward(silu(embedding)), 2, 1);
    let h = this.conv1.forward(silu(this.norm1.forward(x)));
    h = this.conv2.forward(silu(this.norm2.forward(h, { scale, shift })));
    return h.add(this.skip === undefined ? x : this.skip.forward(x));
  }
}

interface BlockOptions {
  sizes: { embedding: number; condition: number };
  options: UNetOptions;
  /** Whether attention follows. */
  attend: boolean;
}

/** A residual block, followed by attention at the chosen levels. */
class Block {
  private readonly resnet: ResBlock;
  private readonly selfAttention: SelfAttention | undefined;
  private readonly crossAttention: CrossAttention | undefined;

  constructor(scope: Scope, inputs: number, outputs: number, { sizes, options, attend }: BlockOptions) {
    const { attentionHeads: heads, groups } = options;
    this.resnet = new ResBlock(scope.child('resnet'), inputs, outputs, {
      embeddingSize: sizes.embedding,
      groups,
    });
    if (!attend) return;
    this.selfAttention = new SelfAttention(scope.child('attention'), outputs, heads, groups);
    if (options.conditioning === 'crossAttention') {
      this.crossAttention = new CrossAttention(scope.child('cross'), outputs, sizes.condition, {
        heads,
        groups,
      });
    }
  }

  forward(x: tf.Tensor4D, context: Context): tf.Tensor4D {
    let h = this.resnet.forward(x, context);
    if (this.selfAttention !== undefined) h = this.selfAttention.forward(h);
    if (this.crossAttention !== undefined) h = this.crossAttention.forward(h, context.condition);
    return h;
  }
}

/** The denoising network of ε_θ(x_t, t, y, s). */
export class UNet {
  readonly scope: Scope;
  private readonly timeSize: number;
  private readonly time1: Dense;
  private readonly time2: Dense;
  private readonly mlp: ConditionMlp;
  private readonly conditionToTime: Dense | undefined;
  private readonly input: Conv2d;
  private readonly down: { blocks: Block[]; shrink: Conv2d | undefined }[] = [];
  private readonly middle: Block[];
  private readonly up: { blocks: Block[]; grow: Conv2d | undefined }[] = [];
  private readonly outputNorm: GroupNorm;
  private readonly output: PatchExpand;

  /** `embeddingSize` is d, the size of f's embedding y; start weights come from `seed`; of grey images `channels` is 1. */
  constructor(
    readonly options: UNetOptions,
    readonly embeddingSize: number,
    seed: number,
    readonly channels: Channels = 3,
  ) {
    const { baseChannels: base, channelMultipliers, blocksPerLevel, patchSize } = options;
    const scope = (this.scope = new Scope(seed));
    const embedding = 4 * base;
    this.timeSize = base;
    this.time1 = new Dense(scope.child('time1'), base, embedding);
    this.time2 = new Dense(scope.child('time2'), embedding, embedding);
    this.mlp = new ConditionMlp(
      scope.child('mlp'),
      embeddingSize,
      options.attributes,
      options.conditionSizes,
    );
    if (options.conditioning === 'time') {
      this.conditionToTime = new Dense(scope.child('conditionToTime'), this.mlp.outputs, embedding);
    }
    const sizes = { embedding, condition: this.mlp.outputs };
    const block = (where: Scope, inputs: number, outputs: number, attend: boolean) =>
      new Block(where, inputs, outputs, { sizes, options, attend });

    this.input = new Conv2d(scope.child('input'), this.channels, base, {
      size: patchSize === 1 ? 3 : patchSize,
      stride: patchSize,
    });
    const last = channelMultipliers.length - 1;
    const skips = [base];
    let width = base;
    channelMultipliers.forEach((multiplier, level) => {
      const where = scope.child('down').child(level);
      const blocks: Block[] = [];
      for (let i = 0; i < blocksPerLevel; i++) {
        blocks.push(block(where.child(i), width, base * multiplier, options.attentionLevels.includes(level)));
        width = base * multiplier;
        skips.push(width);
      }
      let shrink: Conv2d | undefined;
      if (level < last) {
        shrink = new Conv2d(where.child('shrink'), width, width, { stride: 2 });
        skips.push(width);
      }
      this.down.push({ blocks, shrink });
    });
    const middle = scope.child('middle');
    this.middle = [block(middle.child(0), width, width, true), block(middle.child(1), width, width, false)];
    for (let level = last; level >= 0; level--) {
      const where = scope.child('up').child(level);
      const outputs = base * channelMultipliers[level];
      const blocks: Block[] = [];
      for (let i = 0; i <= blocksPerLevel; i++) {
        blocks.push(
          block(where.child(i), width + skips.pop()!, outputs, options.attentionLevels.includes(level)),
        );
        width = outputs;
      }
      this.up.push({
        blocks,
        grow: level > 0 ? new Conv2d(where.child('grow'), width, width) : undefined,
      });
    }
    this.outputNorm = new GroupNorm(scope.child('outputNorm'), width, options.groups);
    this.output = new PatchExpand(scope.child('output'), width, this.channels, {
      stride: patchSize,
      init: zeros,
    });
  }

  /**
   * F, which {@link readX0} turns into x̂0. xt: [B,H,W,C], t: [B], y: [B,d] on the unit sphere, s: [B,3] = (age/100, yaw/90, 1), or styles
   * (see {@link attributeTensor}); a row of zeros in y or s is a condition that is not known. The result has xt's shape. H and W must be
   * divisible by patchSize·2^(levels-1).
   */
  forward(xt: tf.Tensor4D, t: tf.Tensor1D, y: tf.Tensor2D, s: tf.Tensor2D): tf.Tensor4D {
    const condition = this.mlp.forward(y, s);
    let embedding = this.time2.forward(silu(this.time1.forward(timeEmbedding(t, this.timeSize))));
    if (this.conditionToTime !== undefined)
      embedding = embedding.add(this.conditionToTime.forward(condition));
    const context: Context = { embedding, condition };

    let h = this.input.forward(xt);
    const skips = [h];
    for (const { blocks, shrink } of this.down) {
      for (const block of blocks) skips.push((h = block.forward(h, context)));
      if (shrink !== undefined) skips.push((h = shrink.forward(h)));
    }
    for (const block of this.middle) h = block.forward(h, context);
    for (const { blocks, grow } of this.up) {
      for (const block of blocks) h = block.forward(tf.concat4d([h, skips.pop()!], 3), context);
      if (grow !== undefined) h = grow.forward(doubled(h));
    }
    return this.output.forward(silu(this.outputNorm.forward(h)));
  }
}

/**
 * Nearest-neighbour enlargement: [B,H,W,C] → [B,2H,2W,C]. It has its own gradient, the sum over each
 * 2×2 block, because the one of tfjs 4.22's cpu engine is wrong (finite differences show it).
 */
export const doubled = tf.customGrad((...inputs) => {
  const x = inputs[0] as tf.Tensor4D;
  return {
    value: tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]),
    gradFunc: (dy: tf.Tensor) => tf.avgPool(dy as tf.Tensor4D, 2, 2, 'valid').mul(4),
  };
}) as (x: tf.Tensor4D) => tf.Tensor4D;
