import { createWriteStream, renameSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { UNFINISHED, explainFileError } from '@id3/core';
import type { Dataset } from '../datasets/reader.ts';
import { claimExportFolder } from './claim.ts';
import { encodedImages, extensionOf, type ExportOptions } from './encode.ts';

/** Images of a tar file: some 200 MB of them at 112×112. */
const IMAGES_PER_TAR = 10_000;

/** One tar file that is being written. */
class TarFile {
  private readonly pack: Pack = pack();
  private readonly done: Promise<unknown>;

  constructor(private readonly path: string) {
    // The format's own end of a stream that failed is the write stream's error.
    this.done = finished(this.pack.pipe(createWriteStream(`${path}${UNFINISHED}`)));
    this.done.catch(() => {});
    // It is also sent back to the format, which would end the process.
    this.pack.on('error', () => {});
  }

  /** Adds a file; resolves when the disk keeps up. */
  async add(name: string, content: Buffer | string): Promise<void> {
    const added = new Promise<void>((resolve, reject) => {
      // A fixed time makes equal datasets equal files.
      this.pack.entry({ name, mtime: new Date(0) }, content, (error) => (error ? reject(error) : resolve()));
    });
    await Promise.race([added, this.done]);
  }

  async close(): Promise<void> {
    this.pack.finalize();
    await this.done;
    renameSync(`${this.path}${UNFINISHED}`, this.path);
  }
}

/**
 * Writes a dataset as WebDataset tar files `000000.tar`, `000001.tar` …, each with up to `imagesPerTar` samples: `<index>.png` (or `.jpg`),
 * `<index>.cls` (the label) and `<index>.json` (the whole record). Tar files appear when they are complete. Throws
 * a UserError where the disk refuses.
 */
export async function exportWebDataset(
  dataset: Dataset,
  folder: string,
  { imagesPerTar = IMAGES_PER_TAR, ...options }: ExportOptions & { imagesPerTar?: number } = {},
): Promise<void> {
  const tarOf = (k: number) => `${String(k).padStart(6, '0')}.tar`;
  const tars = Array.from({ length: Math.ceil(dataset.count / imagesPerTar) }, (_, k) => tarOf(k));
  claimExportFolder(folder, dataset, 'webdataset', tars, options);
  let tar: TarFile | undefined;
  let path = folder;
  try {
    for await (const { i, encoded } of encodedImages(dataset, options)) {
      if (i % imagesPerTar === 0) {
        await tar?.close();
        path = join(folder, tarOf(i / imagesPerTar));
        tar = new TarFile(path);
      }
      const sample = String(i).padStart(9, '0');
      await tar!.add(`${sample}.${extensionOf(options)}`, encoded);
      await tar!.add(`${sample}.cls`, String(dataset.labels[i]));
      await tar!.add(`${sample}.json`, JSON.stringify(dataset.record(i)));
    }
    await tar?.close();
  } catch (error) {
    throw explainFileError(error, path);
  }
}
