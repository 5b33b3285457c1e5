import { existsSync } from 'node:fs';
import { UserError } from '@id3/core';
import { inputConventionSchema, loadOnnxRecogniser, type InputConvention } from '@id3/eval';
import { FaceApiRecogniser, embedWith, loadAnyRecogniser, resample, type Embed } from '@id3/model';
import type * as tf from '@tensorflow/tfjs-core';

/** The recogniser that a command line names, and the convention of an ONNX model's input. */
export interface RecogniserChoice {
  readonly recogniser: string;
  readonly 'input.size': number;
  readonly 'input.channels': InputConvention['channels'];
  readonly 'input.mean': number[];
  readonly 'input.std': number[];
  readonly 'input.layout': InputConvention['layout'];
}

export interface NamedRecogniser {
  readonly embed: Embed;
  /** Of an ONNX model: its declared convention, and the model under another one. */
  readonly convention?: InputConvention;
  readonly load?: (convention: InputConvention) => Promise<Embed>;
}

/** The recogniser of a command line. Throws a UserError where it cannot be loaded. */
export async function namedRecogniser(given: RecogniserChoice): Promise<NamedRecogniser> {
  const name = given.recogniser;
  if (name === 'face-api') return { embed: embedWith(new FaceApiRecogniser()) };
  if (!existsSync(name))
    throw new UserError(`There is no recogniser ${name}; --recogniser is face-api or the path of a file.`);
  if (!name.endsWith('.onnx')) return { embed: embedWith(fitted(name)) };
  const oneOrThree = (values: number[]) => (values.length === 1 ? values[0] : values);
  const parsed = inputConventionSchema.safeParse({
    size: given['input.size'],
    channels: given['input.channels'],
    mean: oneOrThree(given['input.mean']),
    std: oneOrThree(given['input.std']),
    layout: given['input.layout'],
  });
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new UserError(`The option --input.${path.join('.')} is wrong: ${message}.`);
  }
  const convention = parsed.data;
  const load = (other: InputConvention) => loadOnnxRecogniser(name, other);
  return { embed: await load(convention), convention, load };
}

/** A checkpoint's recogniser, which scales its input to the size that it was trained at. */
function fitted(path: string): { embed(images: tf.Tensor4D): tf.Tensor2D } {
  const recogniser = loadAnyRecogniser(path);
  const { imageSize } = recogniser as { imageSize?: number };
  if (imageSize === undefined) return recogniser;
  return { embed: (images) => recogniser.embed(resample(images, imageSize)) };
}
