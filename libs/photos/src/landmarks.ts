import * as tf from '@tensorflow/tfjs-core';
import { centreOf, type FivePoints, type Point } from '@id3/data';
import { loadFaceApi } from './face-api.ts';

const EYE_POINTS = 6;

/** Square pictures, uint8 [side,side,3] each, as the tensors of a batch. To be called in a tidy. */
export const pictureTensors = (pictures: readonly Uint8Array[], side: number): tf.Tensor3D[] =>
  pictures.map((pixels) => tf.tensor3d(Float32Array.from(pixels), [side, side, 3]));

/**
 * The five landmarks of faces that fill square pictures, in pixels. face-api's network gives the 68 points of iBUG 300-W, of
 * which a pupil is the mean of its eye's six, the nose's tip is point 30 and the mouth's corners are 48 and 54.
 */
export async function landmarksOf(pictures: readonly Uint8Array[], side: number): Promise<FivePoints[]> {
  const library = await loadFaceApi('faceLandmark68Net');
  const output = tf.tidy(() =>
    library.nets.faceLandmark68Net.forwardInput(new library.NetInput(pictureTensors(pictures, side), true)),
  );
  const values = await output.data();
  output.dispose();
  return pictures.map((_, i) => {
    // A share of the side, from edge to edge.
    const point = (k: number): Point => [
      values[i * 136 + 2 * k] * side - 0.5,
      values[i * 136 + 2 * k + 1] * side - 0.5,
    ];
    const eye = (first: number): Point =>
      centreOf(Array.from({ length: EYE_POINTS }, (_, k) => point(first + k)));
    return [eye(36), eye(42), point(30), point(48), point(54)];
  });
}
