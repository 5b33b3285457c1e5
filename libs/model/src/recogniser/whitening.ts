import * as tf from '@tensorflow/tfjs-core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { z } from 'zod';
import { UserError } from '@id3/core';
import type { Dataset } from '@id3/data';
import { readTensors, restoreTensors } from '../checkpoint.ts';
import { Recogniser, type IResNetOptions } from './iresnet.ts';
import { embedDataset, embedWith } from './embed.ts';
import { recogniserSchema } from './train.ts';

/** What f is trained to: a recogniser, its embedding whitened to `whitenedSize` values, or left as it is at 0. */
export const frozenRecogniserSchema = recogniserSchema
  .extend({ whitenedSize: z.int().min(0) })
  .refine(({ network, whitenedSize: k }) => k === 0 || (k >= 2 && k <= network.embeddingSize), {
    path: ['whitenedSize'],
    message: 'expected 0 (not whitened), or 2 to network.embeddingSize',
  });
export type FrozenRecogniserOptions = z.infer<typeof frozenRecogniserSchema>;

/** The network that f becomes: its embedding has d values. */
export const frozenNetwork = ({ network, whitenedSize }: FrozenRecogniserOptions): IResNetOptions =>
  whitenedSize === 0 ? network : { ...network, embeddingSize: whitenedSize };

const BATCH_SIZE = 64;

/**
 * A recogniser with embeddings of k values in which people lie all around the sphere: the k principal
 * directions between people's centres, each scaled to unit variance. A small recogniser leaves most
 * directions of its embedding unused; anchors spread over the whole sphere (Algorithm 3) would ask for
 * faces that cannot be. The map is affine, so it becomes the new last layer. An addition of ours.
 *
 * @param dataset people to take the principal directions from, several images each
 * @param k from 2 to the number of directions that its people span
 */
export async function whitened(recogniser: Recogniser, dataset: Dataset, k: number): Promise<Recogniser> {
  const layer = await whitenedLayer(recogniser, dataset, k);
  const { options, imageSize, channels } = recogniser;
  const result = new Recogniser({ ...options, embeddingSize: k }, imageSize, 0, channels);
  const replaced: Record<string, tf.Tensor> = {
    'fc.kernel': layer.kernel,
    'fc.bias': layer.bias,
    'embeddingBn.beta': tf.zeros([k]),
    'embeddingBn.mean': tf.zeros([k]),
    'embeddingBn.variance': tf.ones([k]),
  };
  restoreTensors(
    Object.fromEntries([...result.scope.weights, ...result.scope.buffers]),
    await readTensors({ ...recogniser.scope.tensors(), ...replaced }),
    'of the whitened network',
  );
  tf.dispose(Object.values(replaced));
  return result;
}

/** A recogniser whose embedding ends with an affine map of its features, e = h·kernel + bias. */
interface WithLastLayer {
  readonly embeddingSize: number;
  embed(images: tf.Tensor4D): tf.Tensor2D;
  lastLayer(): { kernel: tf.Tensor2D; bias: tf.Tensor1D };
}

/** The mean [d] of a dataset's people, each by the mean of its images' embeddings, which are not normalised. */
export async function meanPerson(
  recogniser: Pick<WithLastLayer, 'embeddingSize' | 'embed'>,
  dataset: Dataset,
  onImages?: (done: number) => void,
): Promise<number[]> {
  return (await peopleOf(recogniser, dataset, onImages)).mean('column');
}

/** The mean embedding of each person: [people,d]. */
async function peopleOf(
  recogniser: Pick<WithLastLayer, 'embeddingSize' | 'embed'>,
  dataset: Dataset,
  onImages?: (done: number) => void,
): Promise<Matrix> {
  const embeddings = await embedDataset(embedWith(recogniser), dataset, { batchSize: BATCH_SIZE, onImages });
  return classCentres(embeddings, dataset.labels, recogniser.embeddingSize);
}

/** The last layer that whitens a recogniser's embedding on a dataset's people: kernel [features,k] and bias [k]. */
export async function whitenedLayer(
  recogniser: WithLastLayer,
  dataset: Dataset,
  k: number,
  onImages?: (done: number) => void,
): Promise<{ kernel: tf.Tensor2D; bias: tf.Tensor1D }> {
  const d = recogniser.embeddingSize;
  const { mean, directions } = principalDirections(await peopleOf(recogniser, dataset, onImages), k);
  return tf.tidy(() => {
    const { kernel, bias } = recogniser.lastLayer();
    const map = tf.tensor2d(directions.to1DArray(), [d, k]);
    return {
      kernel: tf.matMul<tf.Tensor2D>(kernel, map),
      bias: tf.matMul(bias.sub(tf.tensor1d(mean)).expandDims<tf.Tensor2D>(0), map).squeeze<tf.Tensor1D>([0]),
    };
  });
}

/** The mean embedding of each label: [n,d] → [classes,d]. */
function classCentres(embeddings: Float32Array, labels: Int32Array, d: number): Matrix {
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const counts = new Float64Array(classes);
  const centres = Matrix.zeros(classes, d);
  labels.forEach((label, i) => {
    counts[label]++;
    for (let j = 0; j < d; j++) centres.set(label, j, centres.get(label, j) + embeddings[i * d + j]);
  });
  return centres.divColumnVector([...counts]);
}

/**
 * Mean [d] of the rows and the map [d,k] onto their first k principal directions, scaled to unit variance.
 * Throws a UserError where the rows do not span k directions.
 */
export function principalDirections(rows: Matrix, k: number): { mean: number[]; directions: Matrix } {
  const mean = rows.mean('column');
  const centred = rows.clone().subRowVector(mean);
  const covariance = centred.transpose().mmul(centred).div(rows.rows);
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  if (!(k <= order.length && values[order[k - 1]] > 1e-9 * values[order[0]]))
    throw new UserError(
      `The people of the dataset do not span ${k} directions of f's embedding; lower f.whitenedSize.`,
    );
  const directions = Matrix.zeros(rows.columns, k);
  for (let c = 0; c < k; c++)
    directions.setColumn(
      c,
      vectors.getColumn(order[c]).map((value) => value / Math.sqrt(values[order[c]])),
    );
  return { mean, directions };
}
