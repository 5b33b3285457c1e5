import * as tf from '@tensorflow/tfjs-core';
import { mean } from '@id3/core';
import { writeAttributes, type Dataset } from '@id3/data';
import { loadFaceApi } from './face-api.ts';
import { landmarksOf, pictureTensors } from './landmarks.ts';
import { poseOf } from './pose.ts';

/** What is predicted of an aligned face: age in years, yaw and pitch in degrees. */
export interface PredictedAttributes {
  age: number;
  yaw: number;
  pitch: number;
}

/** Named in the dataset, so that predicted values are never taken for truth. */
export const PREDICTOR = 'face-api 1.7.15: age_gender_model; face_landmark_68_model, pose by POS';
const BATCH = 32;

/**
 * Age, yaw and pitch of square crops, uint8 [side,side,3] each: the age by face-api's network, the pose from its landmarks. The
 * networks were trained on faces that fill the picture, as ArcFace's crops do.
 */
export async function predictAttributes(
  crops: readonly Uint8Array[],
  side: number,
): Promise<PredictedAttributes[]> {
  const library = await loadFaceApi('ageGenderNet', 'faceLandmark68Net');
  const ages = tf.tidy(
    () => library.nets.ageGenderNet.forwardInput(new library.NetInput(pictureTensors(crops, side), true)).age,
  );
  const years = await ages.data();
  ages.dispose();
  const landmarks = await landmarksOf(crops, side);
  return landmarks.map((points, i) => ({ age: Math.max(0, Math.min(100, years[i])), ...poseOf(points) }));
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
