import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Dense, GroupNorm } from '../nn/layers.ts';
import { zeros, type Scope } from '../nn/scope.ts';

/** [B,N,heads·D] → [B·heads,N,D]. */
function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [batch, positions, channels] = x.shape;
  if (heads === 1) return x;
  return x
    .reshape([batch, positions, heads, channels / heads])
    .transpose([0, 2, 1, 3])
    .reshape([batch * heads, positions, channels / heads]);
}

/** [B·heads,N,D] → [B,N,heads·D]. */
function joinHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [rows, positions, size] = x.shape;
  if (heads === 1) return x;
  return x
    .reshape([rows / heads, heads, positions, size])
    .transpose([0, 2, 1, 3])
    .reshape([rows / heads, positions, heads * size]);
}

/** softmax(q kᵀ/√D) v for q: [R,N,D], k and v: [R,M,D] → [R,N,D] (Vaswani et al. 2017). */
export function attention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D): tf.Tensor3D {
  const scores = tf.matMul(q, k, false, true).mul<tf.Tensor3D>(1 / Math.sqrt(q.shape[2]));
  return tf.matMul(tf.softmax(scores), v);
}

/** Self-attention over the positions of an image, with a residual: [B,H,W,C] → [B,H,W,C]. */
export class SelfAttention {
  private readonly norm: GroupNorm;
  private readonly qkv: Conv2d;
  private readonly out: Conv2d;

  constructor(
    scope: Scope,
    channels: number,
    private readonly heads: number,
    groups: number,
  ) {
    this.norm = new GroupNorm(scope.child('norm'), channels, groups);
    this.qkv = new Conv2d(scope.child('qkv'), channels, 3 * channels, { size: 1 });
    this.out = new Conv2d(scope.child('out'), channels, channels, { size: 1, init: zeros });
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width, channels] = x.shape;
    const [q, k, v] = tf
      .split(this.qkv.forward(this.norm.forward(x)), 3, 3)
      .map((part) => splitHeads(part.reshape([batch, height * width, channels]), this.heads));
    const mixed = joinHeads(attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D), this.heads);
    return x.add(this.out.forward(mixed.reshape([batch, height, width, channels])));
  }
}

/** Attention from the positions of an image to the condition as one token: [B,H,W,C] and [B,K] → [B,H,W,C]. */
export class CrossAttention {
  private readonly heads: number;
  private readonly norm: GroupNorm;
  private readonly q: Conv2d;
  private readonly k: Dense;
  private readonly v: Dense;
  private readonly out: Conv2d;

  constructor(
    scope: Scope,
    channels: number,
    contextSize: number,
    { heads, groups }: { heads: number; groups: number },
  ) {
    this.heads = heads;
    this.norm = new GroupNorm(scope.child('norm'), channels, groups);
    this.q = new Conv2d(scope.child('q'), channels, channels, { size: 1 });
    this.k = new Dense(scope.child('k'), contextSize, channels);
    this.v = new Dense(scope.child('v'), contextSize, channels);
    this.out = new Conv2d(scope.child('out'), channels, channels, { size: 1, init: zeros });
  }

  forward(x: tf.Tensor4D, context: tf.Tensor2D): tf.Tensor4D {
    const [batch, height, width, channels] = x.shape;
    const heads = (t: tf.Tensor) => splitHeads(t.reshape([batch, -1, channels]), this.heads);
    const q = heads(this.q.forward(this.norm.forward(x)));
    const mixed = attention(q, heads(this.k.forward(context)), heads(this.v.forward(context)));
    return x.add(this.out.forward(joinHeads(mixed, this.heads).reshape([batch, height, width, channels])));
  }
}
