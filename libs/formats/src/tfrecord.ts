import { FileWriter } from '@id3/core';
import { crc32c } from './crc32c.ts';

/**
 * TensorFlow's TFRecord (tensorflow/core/lib/io/record_writer.h): of each record
 * - u64 length of the data,
 * - u32 masked CRC-32C of these eight bytes,
 * - the data,
 * - u32 masked CRC-32C of the data;
 * all little-endian.
 */
export class TfRecordWriter {
  private readonly file: FileWriter;

  constructor(path: string) {
    this.file = new FileWriter(path);
  }

  append(data: Uint8Array): void {
    const header = Buffer.alloc(12);
    header.writeUInt32LE(data.length, 0);
    header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
    const footer = Buffer.alloc(4);
    footer.writeUInt32LE(maskedCrc32c(data), 0);
    this.file.append(header);
    this.file.append(data);
    this.file.append(footer);
  }

  close(): void {
    this.file.close();
  }
}

/** A CRC that is stored beside its data is turned and shifted, so that the CRC of data with CRCs in it tells something. */
export function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
