import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Channels, Dataset } from '@id3/data';
import { loadCheckpoint, readTensors, saveCheckpoint } from '../checkpoint.ts';
import type { FrozenRecogniser } from '../diffusion/train.ts';
import { FaceApiRecogniser } from './face-api.ts';
import { FaceresRecogniser } from './faceres.ts';
import { loadRecogniser } from './train.ts';
import { frozenNetwork, frozenRecogniserSchema, meanPerson, whitenedLayer } from './whitening.ts';

/** Where the frozen recogniser f comes from. */
export const fSchema = frozenRecogniserSchema.extend({
  /**
   * `trained` on the `pretrain` pool by the fields beside it, or the pretrained network of `face-api`, for which only `whitenedSize`
   * (over the people of the `train` pool) counts.
   */
  source: z.enum(['trained', 'face-api']),
});
export type FOptions = z.infer<typeof fSchema>;

/** d of the f that the options describe. */
export const fEmbeddingSize = ({ source, ...trained }: FOptions): number =>
  source === 'trained' ? frozenNetwork(trained).embeddingSize : trained.whitenedSize || 128;

/** f as it is used: its gradient flows, its weights do not change. */
export interface LoadedRecogniser extends FrozenRecogniser {
  /** C of its images, where it takes no other. */
  readonly channels?: Channels;
  /** Not normalised: [B,H,W,C] in [-1,1] → [B,d]. */
  embed(images: tf.Tensor4D): tf.Tensor2D;
}

const FACE_API = 'face-api';
const FACERES = 'faceres';

/**
 * Writes face-api's network to a checkpoint, whitened on a dataset's people where `whitenedSize` is not 0.
 *
 * @param onImages called with the number of images that it has seen for that
 */
export async function saveFaceApiRecogniser(
  path: string,
  dataset: Dataset,
  whitenedSize: number,
  onImages?: (done: number) => void,
): Promise<void> {
  const recogniser = new FaceApiRecogniser();
  const last: Record<string, tf.Tensor> =
    whitenedSize === 0 ? {} : { ...(await whitenedLayer(recogniser, dataset, whitenedSize, onImages)) };
  saveCheckpoint(path, { meta: { source: FACE_API, whitenedSize }, tensors: await readTensors(last) });
  for (const tensor of Object.values(last)) tensor.dispose();
  recogniser.scope.dispose();
}

/**
 * Writes a checkpoint that names human's faceres, and has what the embeddings of a dataset's people share, which is taken off: cosines of strangers are then about 0.
 *
 * @param onImages called with the number of images that it has seen for that
 */
export async function saveFaceresRecogniser(
  path: string,
  dataset: Dataset,
  onImages?: (done: number) => void,
): Promise<void> {
  const centre = await meanPerson(new FaceresRecogniser(), dataset, onImages);
  const tensors = { centre: { shape: [centre.length], data: Float32Array.from(centre) } };
  saveCheckpoint(path, { meta: { source: FACERES }, tensors });
}

/** The recogniser of a checkpoint: trained here, face-api's, or human's faceres. Throws a UserError where the file is no such checkpoint. */
export function loadAnyRecogniser(path: string): LoadedRecogniser {
  const { meta, tensors } = loadCheckpoint(path);
  if (meta.source === FACERES) return new FaceresRecogniser(tensors.centre.data);
  if (meta.source !== FACE_API) return loadRecogniser(path);
  const { kernel, bias } = tensors;
  return new FaceApiRecogniser(kernel && { kernel: kernel.data, bias: bias.data });
}
