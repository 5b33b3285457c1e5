import * as tf from '@tensorflow/tfjs-core';
import { Rng, UserError, dot } from '@id3/core';

/** How identities are placed on the sphere: `spread` apart (Algorithm 3) or `random` (its ablation). */
export type AnchorKind = 'spread' | 'random';

/** `count` directions drawn uniformly from the unit sphere S^{d-1}: [count,d], row after row. */
export function randomDirections(count: number, d: number, rng: Rng): Float32Array {
  const w = rng.normals(count * d);
  for (let i = 0; i < count; i++) normalise(w.subarray(i * d, (i + 1) * d));
  return w;
}

function normalise(v: Float32Array): void {
  let norm = 0;
  for (const value of v) norm += value * value;
  norm = Math.sqrt(norm);
  for (let k = 0; k < v.length; k++) v[k] /= norm;
}

/** So many pairs are compared at once (16 MiB a matrix), so that memory grows with N and not with N². */
const PAIRS_AT_ONCE = 2 ** 22;

/**
 * Anchors w_1..w_N on S^{d-1} (Algorithm 3, step 1). `spread` minimises the largest pairwise
 * cosine, a Tammes problem, by projected gradient descent on the soft maximum τ·log Σ exp(cos/τ),
 * with τ falling from 0.3 to 0.01.
 *
 * @returns [N,d] unit rows
 */
export async function anchors(
  kind: AnchorKind,
  { count, d, seed, iterations = 300 }: { count: number; d: number; seed: number; iterations?: number },
): Promise<Float32Array> {
  const start = randomDirections(count, d, new Rng(seed, 'anchors'));
  if (kind === 'random' || count === 1) return start;
  let w = tf.tensor2d(start, [count, d]);
  let values = start;
  const block = Math.max(1, Math.floor(PAIRS_AT_ONCE / count));
  for (let i = 0; i < iterations; i++) {
    const progress = i / iterations;
    const tau = 0.3 * (0.01 / 0.3) ** progress;
    const rate = 0.5 * (1 - progress) + 0.002;
    const pushes: tf.Tensor2D[] = [];
    for (let row = 0; row < count; row += block) {
      pushes.push(repulsion(w, values.subarray(row * d, (row + block) * d), row, tau));
      await pushes[pushes.length - 1].data();
    }
    const moved = tf.tidy(() => {
      const away = tf.concat2d(pushes, 0);
      // The tangential part only, with a step as long as the rate allows
      const tangent = away.sub(w.mul(away.mul(w).sum(1, true)));
      const next = w.sub(tangent.mul(tf.scalar(rate)));
      return next.div<tf.Tensor2D>(next.norm(2, 1, true));
    });
    tf.dispose([w, ...pushes]);
    w = moved;
    values = await w.data<'float32'>();
  }
  w.dispose();
  return values;
}

/**
 * ∂/∂w of the soft maximum over each row's cosines with the others, for some rows of `w`: [rows,d].
 *
 * @param values those rows, from number `row` on. They come as data and not as a slice of `w`, so that all blocks
 * are one graph to an engine that compiles.
 */
function repulsion(w: tf.Tensor2D, values: Float32Array, row: number, tau: number): tf.Tensor2D {
  return tf.tidy(() => {
    const [count, d] = w.shape;
    const rows = values.length / d;
    const block = tf.tensor2d(values, [rows, d]);
    const numbers = Int32Array.from({ length: rows }, (_, i) => row + i);
    const self = tf.oneHot(tf.tensor1d(numbers, 'int32'), count).cast('float32').mul<tf.Tensor2D>(4);
    const cosines = tf.matMul(block, w.transpose()).sub<tf.Tensor2D>(self);
    return tf.matMul<tf.Tensor2D>(tf.softmax(cosines.div<tf.Tensor2D>(tf.scalar(tau))), w);
  });
}

/**
 * One embedding of an identity (Algorithm 3, step 2): y = c·w + √(1-c²)·v with c ~ U[lb, ub] and v a
 * uniform direction orthogonal to w, or one drawn as a person's photos vary.
 *
 * @param w the anchor, [d] on the unit sphere; d ≥ 2
 * @param factor [d,d], see `withinPersonFactor`; without it all directions are alike
 * @returns y, [d] on the unit sphere, with yᵀw = c
 */
export function embeddingNear(
  w: Float32Array,
  lb: number,
  ub: number,
  rng: Rng,
  factor?: Float32Array,
): Float32Array {
  const c = rng.uniform(lb, ub);
  const normals = rng.normals(w.length);
  return turned(w, c, factor === undefined ? normals : times(factor, normals));
}

/** A·x: A is [d,d], x is [d]. */
function times(a: Float32Array, x: Float32Array): Float32Array {
  const d = x.length;
  return Float32Array.from(x, (_, row) => dot(a.subarray(row * d, (row + 1) * d), x));
}

/** y = c·w + √(1-c²)·v, where v is the direction of the part of `towards` that is orthogonal to w. `towards` is overwritten. */
function turned(w: Float32Array, c: number, towards: Float32Array): Float32Array {
  const v = towards;
  const along = dot(v, w);
  for (let k = 0; k < w.length; k++) v[k] -= along * w[k];
  normalise(v);
  const across = Math.sqrt(1 - c * c);
  const y = v.map((value, k) => c * w[k] + across * value);
  normalise(y);
  return y;
}

/**
 * The point at the share t of the arc from a to b, two directions [d] on the unit sphere: slerp (Shoemake 1985). Throws a UserError where they are
 * opposite, for then no arc is the shortest.
 */
export function embeddingBetween(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(a, b))));
  if (Math.PI - angle < ARC_EPSILON)
    throw new UserError(
      'The two identities are opposite, so there is no one way between them; choose another.',
    );
  return angle < ARC_EPSILON ? a.slice() : turned(a, Math.cos(t * angle), b.slice());
}

/** Below this angle float32 directions are one. */
const ARC_EPSILON = 1e-3;

/** Vec2Face's deviations of the noise on an embedding's components: two of five images have the first, two the second, one the third. */
const PERTURBATIONS = [0.3, 0.3, 0.5, 0.5, 0.7];

/**
 * One embedding of an identity as in Vec2Face (Wu et al., ICLR 2025): the identity's own with Gaussian noise on each component, normalised.
 * Simplifications: their σ, for embeddings that are not normalised, is taken for components of unit variance, as w·√d has them; each image
 * draws its σ, where they share out a person's images; and where the noise leads out of [lb, ub], y is turned back to the bound, where they optimise an embedding until its image is
 * like the identity.
 *
 * @param w the identity's embedding, [d] on the unit sphere; d ≥ 2
 * @returns y, [d] on the unit sphere, with lb ≤ yᵀw ≤ ub
 */
export function embeddingPerturbed(w: Float32Array, lb: number, ub: number, rng: Rng): Float32Array {
  const sigma = rng.pick(PERTURBATIONS) / Math.sqrt(w.length);
  const noisy = w.map((value) => value + rng.normal(0, sigma));
  const c = dot(noisy, w) / Math.sqrt(dot(noisy, noisy));
  return turned(w, Math.min(ub, Math.max(lb, c)), noisy);
}
