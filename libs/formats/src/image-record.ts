import { BrokenRecord } from './recordio.ts';

/**
 * The head of an MXNet image record (`mxnet.recordio.IRHeader`, packed as `IfQQ`, little-endian): u32 flag, f32 label, u64 id,
 * u64 id2; where flag > 0, so many f32 labels follow in place of the one. The encoded image is the rest.
 */
const HEADER_BYTES = 24;

export interface ImageRecord {
  /** One label, or as many as the record has. */
  readonly labels: readonly number[];
  /** Whether labels are kept as a list (flag > 0), as InsightFace's records about the set and its people are. */
  readonly listed: boolean;
  /** The encoded image; empty in records about the set and its people. */
  readonly image: Buffer;
}

/** Takes a record's data apart; the image is a view. `name` is what error messages call the record. */
export function unpackImageRecord(data: Buffer, name: string): ImageRecord {
  if (data.length < HEADER_BYTES)
    throw new BrokenRecord(
      name,
      `has ${data.length} bytes, fewer than an image record's head of ${HEADER_BYTES}`,
    );
  const flag = data.readUInt32LE(0);
  const imageAt = HEADER_BYTES + 4 * flag;
  if (imageAt > data.length)
    throw new BrokenRecord(
      name,
      `announces ${flag} labels but has bytes for ${(data.length - HEADER_BYTES) >> 2}`,
    );
  const labels =
    flag === 0
      ? [data.readFloatLE(4)]
      : Array.from({ length: flag }, (_, k) => data.readFloatLE(HEADER_BYTES + 4 * k));
  return { labels, listed: flag > 0, image: data.subarray(imageAt) };
}

/** A record of an image with one label, or about a range where `label` is a list. `id` is its key. */
export function packImageRecord(
  label: number | readonly number[],
  id: number,
  image: Uint8Array = new Uint8Array(),
): Buffer {
  const listed = typeof label === 'number' ? [] : label;
  const head = Buffer.alloc(HEADER_BYTES + 4 * listed.length);
  head.writeUInt32LE(listed.length, 0);
  head.writeFloatLE(typeof label === 'number' ? label : 0, 4);
  head.writeBigUInt64LE(BigInt(id), 8);
  listed.forEach((value, k) => head.writeFloatLE(value, HEADER_BYTES + 4 * k));
  return Buffer.concat([head, image]);
}
