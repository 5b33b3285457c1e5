import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { UserError, canonicalJson, sha256, writeFileAtomic } from '@id3/core';

/** Float32 tensors by name, with what they are, on disk as one `safetensors` file. */
export interface Checkpoint {
  meta: Record<string, unknown>;
  tensors: Record<string, { shape: number[]; data: Float32Array }>;
}

interface SafetensorsHeader {
  __metadata__: { meta: string; sha256: string };
  [name: string]: unknown;
}

/**
 * Writes a checkpoint atomically in the safetensors format (8-byte header length, JSON header,
 * raw little-endian data), with the data's SHA-256 in the metadata.
 */
export function saveCheckpoint(path: string, { meta, tensors }: Checkpoint): void {
  const entries = Object.entries(tensors);
  const data = Buffer.concat(
    entries.map(([, t]) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength)),
  );
  const header: SafetensorsHeader = { __metadata__: { meta: canonicalJson(meta), sha256: sha256(data) } };
  let offset = 0;
  for (const [name, { shape, data }] of entries) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomic(path, Buffer.concat([length, padded, data]));
}

/** Reads a checkpoint. Throws a UserError that names a missing, truncated or altered file. */
export function loadCheckpoint(path: string): Checkpoint {
  const broken = (why: string) =>
    new UserError(`The checkpoint ${path} ${why}; delete it and run the same command again to make it anew.`);
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw broken(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const headerEnd = 8 + Number(file.readBigUInt64LE(0));
    const { __metadata__, ...entries } = JSON.parse(file.toString('utf8', 8, headerEnd)) as SafetensorsHeader;
    const data = file.subarray(headerEnd);
    if (sha256(data) !== __metadata__.sha256)
      throw broken('is truncated or was altered (its checksum differs)');
    const tensors: Checkpoint['tensors'] = {};
    for (const [name, entry] of Object.entries(entries)) {
      const { shape, data_offsets } = entry as { shape: number[]; data_offsets: [number, number] };
      // A copy, because a Float32Array needs its bytes aligned.
      tensors[name] = {
        shape,
        data: new Float32Array(new Uint8Array(data.subarray(...data_offsets)).buffer),
      };
    }
    return { meta: JSON.parse(__metadata__.meta) as Record<string, unknown>, tensors };
  } catch (error) {
    throw error instanceof UserError ? error : broken('is not a whole safetensors file');
  }
}

/** The values of live tensors, ready for {@link saveCheckpoint}. */
export async function readTensors(tensors: Record<string, tf.Tensor>): Promise<Checkpoint['tensors']> {
  const entries = Object.entries(tensors);
  // One after another: a lazy engine then runs the pending graph once, not once a tensor.
  const values: Checkpoint['tensors'] = {};
  for (const [name, t] of entries) values[name] = { shape: t.shape, data: (await t.data()) as Float32Array };
  return values;
}

/** Writes checkpoint values into variables of the same names and shapes. Throws where one is missing or differs. */
export function restoreTensors(variables: Record<string, tf.Variable>, tensors: Checkpoint['tensors']): void {
  for (const [name, variable] of Object.entries(variables)) {
    const saved = tensors[name];
    if (saved === undefined || !tf.util.arraysEqual(saved.shape, variable.shape)) {
      throw new UserError(
        `The checkpoint has ${saved === undefined ? 'no' : `another shape [${saved.shape}] of`} tensor ${name} ` +
          `(expected [${variable.shape}]); it belongs to another network: delete it and run again.`,
      );
    }
    tf.tidy(() => variable.assign(tf.tensor(saved.data, saved.shape)));
  }
}
