import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';
import { imagesToFloat, type Batch, type Dataset } from '@id3/data';

// What the trainings of ID³'s peers are given beside what Algorithm 1 has; each draws from streams of its own.

/**
 * Contextual partial dropout (IDiff-Face, Boutros et al., ICCV 2023), against a person whose images are all alike: what each component of
 * a context is multiplied by, 0 with probability `share`, else 1/(1-share), as in any dropout, so that the mean stays.
 * A simplification: in their code it comes after a first linear layer on the embedding; here y's own components are dropped.
 *
 * @param share in [0,1)
 */
export const contextualPartialDropout = (rng: Rng, components: number, share: number): Float32Array =>
  Float32Array.from({ length: components }, () => (rng.chance(share) ? 0 : 1 / (1 - share)));

/**
 * For the index of an image, that of another image of the same person, each as likely as the others; a person's only image stands for
 * itself.
 *
 * @param labels the person of each image
 */
export function othersOf(labels: ArrayLike<number>): (index: number, rng: Rng) => number {
  const images = new Map<number, number[]>();
  Array.from(labels).forEach((label, i) => {
    const known = images.get(label);
    if (known === undefined) images.set(label, [i]);
    else known.push(i);
  });
  return (index, rng) => {
    const others = images.get(labels[index])!.filter((i) => i !== index);
    return others.length === 0 ? index : rng.pick(others);
  };
}

/** Absent where a training has no use for them. */
export type PeerInputs = {
  /** What y's components are multiplied by: [B,d]. */
  components?: tf.Tensor2D;
  /** Other images of the persons of x0, which tell y where x0 tells s: [B,H,W,C]. */
  other?: tf.Tensor4D;
  /** t/T: [B,1]. */
  otherShare?: tf.Tensor2D;
};

/** What a batch with times `t` is given. */
export function makePeerInputs({
  seed,
  dataset,
  d,
  timesteps,
  hideComponents,
  yOfOthers,
}: {
  seed: number;
  dataset: Dataset;
  d: number;
  timesteps: number;
  /** Share of y's components that {@link contextualPartialDropout} drops. */
  hideComponents: number;
  /** Whether y is that of another image of the person. */
  yOfOthers: boolean;
}): (batch: Pick<Batch, 'step' | 'indices'>, t: Int32Array) => PeerInputs {
  const otherOf = yOfOthers ? othersOf(dataset.labels) : undefined;
  return ({ step, indices }, t) => {
    const inputs: PeerInputs = {};
    const count = indices.length;
    if (hideComponents > 0) {
      const rng = new Rng(seed, 'components', step);
      inputs.components = tf.tensor2d(contextualPartialDropout(rng, count * d, hideComponents), [count, d]);
    }
    if (otherOf !== undefined) {
      const rng = new Rng(seed, 'other', step);
      const others = Array.from(indices, (i) => otherOf(i, rng));
      const { height, width, channels } = dataset;
      const shape: [number, number, number, number] = [count, height, width, channels];
      inputs.other = tf.tensor4d(imagesToFloat(dataset, others), shape);
      const shares = Float32Array.from(t, (time) => time / timesteps);
      inputs.otherShare = tf.tensor2d(shares, [count, 1]);
    }
    return inputs;
  };
}

/**
 * The embeddings that the network is told, and those that its x̂0 should have, [B,d]. They are one but in DCFace, whose ID loss goes from
 * the cosine to x0's own embedding at t = 0 to that to the other image's at T, on a straight line: so does the target, which therefore is
 * not on the sphere.
 */
export function identitiesOf(
  embed: (images: tf.Tensor4D) => tf.Tensor2D,
  { x0, other, otherShare }: { x0: tf.Tensor4D } & Pick<PeerInputs, 'other' | 'otherShare'>,
): { y: tf.Tensor2D; target: tf.Tensor2D } {
  const own = embed(x0);
  if (other === undefined || otherShare === undefined) return { y: own, target: own };
  const y = embed(other);
  return { y, target: own.add(y.sub(own).mul(otherShare)) };
}
