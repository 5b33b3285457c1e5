import { closeSync, openSync, writeSync } from 'node:fs';
import { explainFileError } from './errors.ts';

/** So many bytes are gathered before they are written. */
const BUFFERED_BYTES = 1 << 20;

/** Writes a new file piece by piece, with at most some MiB of it in memory. Throws a UserError where the disk refuses. */
export class FileWriter {
  private readonly file: number;
  private pieces: Uint8Array[] = [];
  private bufferedBytes = 0;
  private writtenBytes = 0;

  constructor(readonly path: string) {
    this.file = this.explained(() => openSync(path, 'w'));
  }

  /** How many bytes were given so far: where the next piece begins. */
  get length(): number {
    return this.writtenBytes + this.bufferedBytes;
  }

  /** Adds bytes, or text as UTF-8. The bytes must not change before they are written. */
  append(piece: Uint8Array | string): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.pieces.push(bytes);
    this.bufferedBytes += bytes.length;
    if (this.bufferedBytes > BUFFERED_BYTES) this.flush();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.file);
    }
  }

  private flush(): void {
    const bytes = Buffer.concat(this.pieces);
    this.explained(() => {
      for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done);
    });
    this.writtenBytes += bytes.length;
    [this.pieces, this.bufferedBytes] = [[], 0];
  }

  private explained<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw explainFileError(error, this.path);
    }
  }
}
