import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { UserError, firstLine } from '@id3/core';
import { doorOf, loadRuntime, withFloat32Doors } from '@id3/tfjs-backend-onnx';
import { foreignRecogniser, type ForeignRecogniser, type Run } from './foreign-recogniser.ts';
import type { DeclaredConvention } from './input-convention.ts';
import { chooseEmbedding, chooseImageInput, conventionOf, fixed, type Port } from './signature.ts';

export interface OnnxOptions {
  /** Of the embedding, where several outputs can be one. */
  readonly output?: string;
  /** Default: as many as the machine has cores. */
  readonly threads?: number;
}

/**
 * Opens a recogniser by its own description of its inputs and outputs. A fixed batch is filled up, flags such as `phase_train` are false. Throws
 * a UserError where the file cannot be loaded, where no one output can be the embedding, or where the input does not fit what is declared.
 */
export async function openOnnxRecogniser(
  model: string | Uint8Array,
  declared: DeclaredConvention = {},
  { output: wanted, threads }: OnnxOptions = {},
): Promise<ForeignRecogniser> {
  const name = typeof model === 'string' ? model : 'the model';
  const settings = { threads, folder: typeof model === 'string' ? dirname(resolve(model)) : undefined };
  const described = await load(name, model, settings);
  const { images, flags } = chooseImageInput(name, portsOf(described.inputMetadata));
  const batch = fixed(images.shape[0]);
  const output = chooseEmbedding(name, portsOf(described.outputMetadata), { wanted, batch });
  const convention = conventionOf(name, images, declared);
  const foreign = ({ type }: Port) => type !== 'float32';
  const doors = {
    inputs: [images].filter(foreign).map((port) => port.name),
    outputs: [output].filter(foreign).map((port) => port.name),
  };
  let session = described;
  if (doors.inputs.length + doors.outputs.length > 0) {
    await described.release();
    const bytes = typeof model === 'string' ? readFileSync(model) : model;
    session = await load(name, withFloat32Doors(bytes, doors), settings);
  }
  const door = (port: Port) => (foreign(port) ? doorOf(port.name) : port.name);
  const run = await runnerOf(session, { input: door(images), output: door(output), flags });
  return foreignRecogniser(name, { images, output, convention, run });
}

/** Loads a model; `folder` is where weights lie that it keeps in files of their own. */
async function load(
  name: string,
  model: string | Uint8Array,
  { threads = 0, folder }: { threads?: number; folder: string | undefined },
): Promise<ort.InferenceSession> {
  const { InferenceSession } = loadRuntime().package;
  const extra = folder && { session: { model_external_initializers_file_folder_path: folder } };
  const options = { intraOpNumThreads: threads, logSeverityLevel: 3 as const, ...(extra && { extra }) };
  try {
    // One call for a path, one for bytes: TypeScript does not join overloads.
    return typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  } catch (error) {
    const said = firstLine(error).replace(/\.$/, '');
    const hint = /external/i.test(said)
      ? 'put the files of its weights beside it, as they were named when it was exported and no links'
      : 'check the file';
    throw new UserError(`${name} cannot be loaded as an ONNX model (${said}); ${hint}.`);
  }
}

const portsOf = (metadata: readonly ort.InferenceSession.ValueMetadata[]): Port[] =>
  metadata.map((value) => (value.isTensor ? value : { name: value.name, type: undefined, shape: [] }));

/** A model as a function of its images, all flags false. */
async function runnerOf(
  session: ort.InferenceSession,
  { input, output, flags }: { input: string; output: string; flags: readonly Port[] },
): Promise<Run> {
  const { Tensor } = loadRuntime().package;
  const off = flags.map(({ name, shape }) => {
    const dims = shape.map((size) => fixed(size) ?? 1);
    return [name, new Tensor('bool', new Uint8Array(dims.reduce((a, b) => a * b, 1)), dims)] as const;
  });
  return async (values, dims) => {
    const tensor = new Tensor('float32', values, dims);
    const { [output]: result } = await session.run({ [input]: tensor, ...Object.fromEntries(off) }, [output]);
    return { data: result.data as Float32Array, rows: result.dims.length > 1 ? result.dims[0] : 1 };
  };
}
