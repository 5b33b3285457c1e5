import { UserError } from '@id3/core';
import {
  detectFormat,
  importFormats,
  importImages,
  openDataset,
  openImageSource,
  type ImportFormat,
} from '@id3/data';
import { count, main, oneOf } from './main.ts';
import { progressPrinter } from './progress.ts';

await main({
  name: 'import',
  summary: `Makes a dataset of the field's files. A killed import continues when the same command is run again.
Formats: ${importFormats.join(', ')};
the first three are recognised by themselves.`,
  options: {
    from: { help: 'the file or folder: lfw.bin, faces_webface_112x112, a folder of pictures' },
    out: { help: 'the folder of the dataset' },
    format: { help: 'what --from holds, where that is not plain' },
    pairs: { help: 'the list of pairs, for benchmarks in their original form' },
    size: { help: 'pixels of a side; default what the source says, or else 112' },
  },
  async run({ from, out, format, pairs, size }) {
    if (from === undefined || out === undefined)
      throw new UserError('An import needs --from=FILE-OR-FOLDER and --out=FOLDER (-- --help lists all).');
    const chosen: ImportFormat =
      format === undefined ? detectFormat(from) : oneOf('format', format, importFormats);
    const source = openImageSource(chosen, from, pairs);
    await importImages(source, out, {
      size: size === undefined ? undefined : count('size', size),
      onImages: progressPrinter('Imported image'),
    });
    const dataset = openDataset(out);
    const people = dataset.pairs ? `${dataset.pairs.length} pairs` : `${dataset.identities} people`;
    console.log(`${out}: ${dataset.count} images of ${dataset.height}×${dataset.width}, ${people}.`);
  },
});
