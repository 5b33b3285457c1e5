import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { UserError } from '@id3/core';
import {
  declaredConventionSchema,
  openGraphRecogniser,
  openOnnxRecogniser,
  type ForeignRecogniser,
  type InputConvention,
} from '@id3/eval';
import {
  FaceApiRecogniser,
  FaceresRecogniser,
  embedWith,
  loadAnyRecogniser,
  resample,
  type Embed,
  type LoadedRecogniser,
} from '@id3/model';

/** The recogniser that a command line names, and what it says of the input and output of a model from elsewhere. */
export interface RecogniserChoice {
  readonly recogniser: string;
  readonly 'input.size': number | undefined;
  readonly 'input.channels': InputConvention['channels'] | undefined;
  readonly 'input.mean': number[] | undefined;
  readonly 'input.std': number[] | undefined;
  readonly 'input.layout': InputConvention['layout'] | undefined;
  readonly 'output.name': string | undefined;
}

export interface NamedRecogniser {
  readonly embed: Embed;
  /** Where it is a model from elsewhere: ONNX or a graph of tfjs. */
  readonly foreign?: ForeignRecogniser;
}

/** How models from elsewhere are opened, by their file's suffix. */
const FOREIGN: Readonly<Record<string, typeof openGraphRecogniser>> = {
  '.onnx': openOnnxRecogniser,
  '.json': openGraphRecogniser,
};

/** The recogniser of a command line. Throws a UserError where it cannot be loaded. */
export async function namedRecogniser(given: RecogniserChoice): Promise<NamedRecogniser> {
  const name = given.recogniser;
  if (name === 'face-api') return { embed: embedWith(new FaceApiRecogniser()) };
  if (name === 'faceres') return { embed: embedWith(new FaceresRecogniser()) };
  if (!statSync(name, { throwIfNoEntry: false })?.isFile())
    throw new UserError(
      `There is no recogniser ${name}; --recogniser is face-api, faceres or the path of an .onnx, .safetensors or model.json file.`,
    );
  const open = FOREIGN[extname(name).toLowerCase()];
  if (open === undefined) return { embed: embedWith(fitted(name)) };
  const oneOrThree = (values: number[] | undefined) => (values?.length === 1 ? values[0] : values);
  const declared = declaredConventionSchema.parse({
    size: given['input.size'],
    channels: given['input.channels'],
    mean: oneOrThree(given['input.mean']),
    std: oneOrThree(given['input.std']),
    layout: given['input.layout'],
  });
  const foreign = await open(name, declared, { output: given['output.name'] });
  return { embed: foreign.embedAs(foreign.convention), foreign };
}

/** A checkpoint's recogniser, which scales its input to the size that it was trained at. */
function fitted(path: string): Pick<LoadedRecogniser, 'embed' | 'channels'> {
  const recogniser = loadAnyRecogniser(path);
  const { imageSize } = recogniser as { imageSize?: number };
  if (imageSize === undefined) return recogniser;
  return {
    channels: recogniser.channels,
    embed: (images) => recogniser.embed(resample(images, imageSize)),
  };
}
