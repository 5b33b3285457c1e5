import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Float16Array } from '@petamoriken/float16';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { UserError, canonicalJson, sha256, writeFileAtomic } from '@id3/core';

/** Tensors by name, with what they are, on disk as one `safetensors` file. */
export interface Checkpoint {
  meta: Record<string, unknown>;
  tensors: Record<string, { shape: number[]; data: Float32Array }>;
}

/** How numbers are stored: whole, or rounded to half precision (11 bits of mantissa, at most 65504). */
export type StoredAs = 'F32' | 'F16';

const headerSchema = z.looseObject({ __metadata__: z.object({ meta: z.string(), sha256: z.string() }) });
const entriesSchema = z.record(
  z.string(),
  z.object({
    dtype: z.enum(['F32', 'F16']),
    shape: z.array(z.int()),
    data_offsets: z.tuple([z.int(), z.int()]),
  }),
);
const metaSchema = z.record(z.string(), z.unknown());

/**
 * Writes a checkpoint atomically in the safetensors format (8-byte header length, JSON header,
 * raw little-endian data), with the data's SHA-256 in the metadata. The data is not copied.
 */
export function saveCheckpoint(
  path: string,
  { meta, tensors }: Checkpoint,
  storedAs: StoredAs = 'F32',
): void {
  const pieces = Object.values(tensors).map(({ data }) => {
    const stored = storedAs === 'F32' ? data : new Float16Array(data);
    return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  });
  const header: z.infer<typeof headerSchema> = {
    __metadata__: { meta: canonicalJson(meta), sha256: sha256(pieces) },
  };
  let offset = 0;
  for (const [k, [name, { shape }]] of Object.entries(tensors).entries()) {
    const end = offset + pieces[k].length;
    header[name] = { dtype: storedAs, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomic(path, [length, padded, ...pieces]);
}

/** Reads a checkpoint. Throws a UserError that names a missing, truncated or altered file. */
export function loadCheckpoint(path: string): Checkpoint {
  const broken = (
    why: string,
    hint = 'delete it and run the command again that made it, or name another file',
  ) => new UserError(`The checkpoint ${path} ${why}; ${hint}.`);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw broken(`cannot be read (${(error as NodeJS.ErrnoException).code})`, 'check the path');
  }
  try {
    const { size } = fstatSync(file);
    let at = 0;
    const read = (length: number): Uint8Array => {
      if (!(at + length <= size)) throw broken('is truncated or was altered');
      const bytes = new Uint8Array(length);
      for (let done = 0, n; done < length; done += n) {
        n = readSync(file, bytes, done, length - done, at + done);
        if (n === 0) throw broken('is truncated or was altered');
      }
      at += length;
      return bytes;
    };
    const headerLength = Number(new DataView(read(8).buffer).getBigUint64(0, true));
    const json: unknown = JSON.parse(Buffer.from(read(headerLength)).toString('utf8'));
    const { __metadata__, ...rest } = headerSchema.parse(json);
    const entries = entriesSchema.parse(rest);
    // Each tensor into memory of its own, in the order in which they lie in the file
    const tensors: Checkpoint['tensors'] = {};
    const pieces = Object.entries(entries).map(([name, { dtype, shape, data_offsets }]) => {
      const piece = read(data_offsets[1] - data_offsets[0]);
      const { buffer } = piece;
      const data = dtype === 'F16' ? Float32Array.from(new Float16Array(buffer)) : new Float32Array(buffer);
      tensors[name] = { shape, data };
      return piece;
    });
    if (at !== size || sha256(pieces) !== __metadata__.sha256) throw broken('is truncated or was altered');
    return { meta: metaSchema.parse(JSON.parse(__metadata__.meta)), tensors };
  } catch (error) {
    throw error instanceof UserError ? error : broken('is not a whole safetensors file');
  } finally {
    closeSync(file);
  }
}

/** The values of live tensors, ready for {@link saveCheckpoint}. */
export async function readTensors(tensors: Record<string, tf.Tensor>): Promise<Checkpoint['tensors']> {
  const entries = Object.entries(tensors);
  // One after another: a lazy engine then runs the pending graph once, not once a tensor.
  const values: Checkpoint['tensors'] = {};
  for (const [name, t] of entries) values[name] = { shape: t.shape, data: await t.data<'float32'>() };
  return values;
}

/** Writes checkpoint values into variables of the same names and shapes. Throws where one is missing or differs; `from` is what error messages call the checkpoint. */
export function restoreTensors(
  variables: Record<string, tf.Variable>,
  tensors: Checkpoint['tensors'],
  from: string,
): void {
  for (const [name, variable] of Object.entries(variables)) {
    const saved = tensors[name];
    if (saved === undefined || !tf.util.arraysEqual(saved.shape, variable.shape)) {
      throw new UserError(
        `The checkpoint ${from} has ${saved === undefined ? 'no' : `another shape [${saved.shape}] of`} tensor ${name} ` +
          `(expected [${variable.shape}]); it belongs to another network: delete it and run the command again that made it, or name another file.`,
      );
    }
    tf.tidy(() => variable.assign(tf.tensor(saved.data, saved.shape)));
  }
}
