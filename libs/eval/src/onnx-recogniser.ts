import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { UserError, firstLine } from '@id3/core';
import type { Embed } from '@id3/model';
import { doorOf, loadRuntime, withFloat32Doors } from '@id3/tfjs-backend-onnx';
import { asInput, channelCount, type DeclaredConvention, type InputConvention } from './input-convention.ts';
import {
  chooseEmbedding,
  chooseImageInput,
  conventionOf,
  conventionRefusal,
  fixed,
  isWhole,
  type Port,
} from './onnx-signature.ts';

/** A recogniser in an ONNX file, for evaluation. */
export interface OnnxRecogniser {
  /** How it wants its images. */
  readonly convention: InputConvention;
  /** Whether its input can be given images of another convention. */
  takes(convention: InputConvention): boolean;
  /** Embeds images that it is given in a convention that it takes. Throws a UserError where it does not give one row of numbers for each. */
  embedAs(convention: InputConvention): Embed;
}

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
): Promise<OnnxRecogniser> {
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
  // A model that says how many rows it gives was traced with so many images.
  const atOnce = batch ?? (output.shape.length > 1 ? fixed(output.shape[0]) : undefined);
  return {
    convention,
    takes: (other) => conventionRefusal(images, other) === undefined,
    embedAs(other) {
      const embed: Embed = async (pictures, [count, height, width]) => {
        const { size, layout } = other;
        const values = asInput(pictures, [count, height, width], other);
        const channels = channelCount(other);
        const given = {
          values: isWhole(images) ? values.map(Math.round) : values,
          image: layout === 'NCHW' ? [channels, size, size] : [size, size, channels],
          count,
        };
        return inBatches(given, atOnce ?? count, async (batchValues, dims) => {
          const { data, rows } = await run(batchValues, dims).catch((error: unknown) => {
            throw new UserError(
              `${name} cannot compute on images [${dims.join(', ')}] (${firstLine(error)}); set --input.size as its description says.`,
            );
          });
          const expected = dims[0];
          if (rows !== expected)
            throw new UserError(
              `${name} gives ${rows} rows for ${expected} images in its output ${output.name}; export it with a row for each image, or for one image at a time (a fixed batch of 1).`,
            );
          if (data.length < 2 * rows)
            throw new UserError(
              `${name} gives ${data.length / rows} numbers for each image in its output ${output.name}, which is no embedding; name another by --output.name.`,
            );
          return data;
        });
      };
      return Object.assign(embed, { channels: 3 as const });
    },
  };
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

type Run = (values: Float32Array, dims: readonly number[]) => Promise<{ data: Float32Array; rows: number }>;

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

/** Runs images through a function of `atOnce` of them, and joins the rows. The last batch is filled up with zeros, whose rows are dropped. */
async function inBatches(
  { values, image, count }: { values: Float32Array; image: readonly number[]; count: number },
  atOnce: number,
  run: (values: Float32Array, dims: readonly number[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const each = values.length / count;
  const rows: Float32Array[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const here = Math.min(atOnce, count - from);
    const part = values.subarray(from * each, (from + here) * each);
    const full = here === atOnce ? part : new Float32Array(atOnce * each);
    if (here < atOnce) full.set(part);
    const data = await run(full, [atOnce, ...image]);
    rows.push(data.subarray(0, (data.length / atOnce) * here));
  }
  const all = new Float32Array(rows.reduce((total, row) => total + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
