import * as tf from '@tensorflow/tfjs-core';
import { mean } from '@id3/core';
import { writeAttributes, type Dataset } from '@id3/data';
import { loadFaceApi } from './face-api.ts';
import { FaceMesh } from './face-mesh.ts';
import { POSE_PREDICTOR, poseOf } from './pose.ts';

/** What is predicted of an aligned face: age in years, yaw and pitch in degrees. */
export interface PredictedAttributes {
  age: number;
  yaw: number;
  pitch: number;
}

/** Named in the dataset, so that predicted values are never taken for truth. */
export const PREDICTOR = `face-api 1.7.15: age_gender_model; ${POSE_PREDICTOR}`;
const BATCH = 32;
let mesh: Promise<FaceMesh> | undefined;

/**
 * Age, yaw and pitch of square crops that a face fills, as ArcFace's do, uint8 [side,side,3] each: the age by face-api's network, of
 * which `photos:bench-ages` shows the least error, the pose from the face's mesh.
 */
export async function predictAttributes(
  crops: readonly Uint8Array[],
  side: number,
): Promise<PredictedAttributes[]> {
  const library = await loadFaceApi('ageGenderNet');
  const ages = tf.tidy(() => {
    const pictures = crops.map((pixels) => tf.tensor3d(Float32Array.from(pixels), [side, side, 3]));
    return library.nets.ageGenderNet.forwardInput(new library.NetInput(pictures, true)).age;
  });
  const years = await ages.data();
  ages.dispose();
  const faceMesh = await (mesh ??= FaceMesh.load());
  const predicted: PredictedAttributes[] = [];
  for (const [i, crop] of crops.entries()) {
    const { points } = await faceMesh.ofCrop(crop, side);
    predicted.push({ age: Math.max(0, Math.min(100, years[i])), ...poseOf(points) });
  }
  return predicted;
}

/** The attributes of every image of a dataset, in its order. */
export async function predictDataset(
  dataset: Dataset,
  onImages?: (done: number, count: number) => void,
): Promise<PredictedAttributes[]> {
  const { count, height } = dataset;
  const all: PredictedAttributes[] = [];
  for (let from = 0; from < count; from += BATCH) {
    // The last batch is filled up with the last image, so that an engine compiles one shape.
    const indices = Array.from({ length: Math.min(BATCH, count) }, (_, b) => Math.min(count - 1, from + b));
    const predicted = await predictAttributes(
      indices.map((i) => dataset.image(i)),
      height,
    );
    all.push(...predicted.slice(0, count - from));
    onImages?.(all.length, count);
  }
  return all;
}

/** Predicts the attributes of a dataset's images and stores them with it. Readers get them where a record has none of its own. */
export async function storeAttributes(
  dataset: Dataset,
  onImages?: (done: number, count: number) => void,
): Promise<void> {
  const predicted = await predictDataset(dataset, onImages);
  const rounded = (value: number) => Math.round(value * 10) / 10;
  writeAttributes(
    dataset.folder,
    PREDICTOR,
    predicted.map(({ age, yaw, pitch }) => ({ age: rounded(age), yaw: rounded(yaw), pitch: rounded(pitch) })),
  );
}

/** Mean absolute error (`mae`) and mean error (`bias`) of a predicted attribute over so many images. */
export interface AttributeError {
  images: number;
  mae: number;
  bias: number;
}

/** Errors of predicted attributes where the dataset knows the truth: years for age, degrees for yaw and pitch. */
export function attributeErrors(
  truth: readonly Partial<PredictedAttributes>[],
  predicted: readonly PredictedAttributes[],
): Record<keyof PredictedAttributes, AttributeError> {
  const errorOf = (name: keyof PredictedAttributes): AttributeError => {
    const errors = truth.flatMap((record, i) => {
      const value = record[name];
      return value === undefined ? [] : [predicted[i][name] - value];
    });
    return { images: errors.length, mae: mean(errors.map(Math.abs)), bias: mean(errors) };
  };
  return { age: errorOf('age'), yaw: errorOf('yaw'), pitch: errorOf('pitch') };
}
