import { UserError } from '@id3/core';
import { exporters, openDataset, type ExportFormat } from '@id3/data';
import { count, main, oneOf } from './main.ts';
import { progressPrinter } from './progress.ts';

const formats = Object.keys(exporters) as ExportFormat[];

await main({
  name: 'export-dataset',
  summary: `Writes a dataset in a format of the field: ${formats.join(', ')}.
recordio is read by InsightFace's arcface_torch.`,
  options: {
    dataset: { help: 'the folder of the dataset' },
    out: { help: 'the folder to write to' },
    format: { help: formats.join(', ') },
    encoding: { help: 'png, which keeps every pixel, or jpeg', default: 'png' },
    quality: { help: 'of JPEG, 1 to 100', default: '95' },
  },
  async run({ dataset, out, format, encoding, quality }) {
    if (dataset === undefined || out === undefined || format === undefined)
      throw new UserError(
        'An export needs --dataset=FOLDER, --out=FOLDER and --format=NAME (-- --help lists all).',
      );
    const write = exporters[oneOf('format', format, formats)];
    const opened = openDataset(dataset);
    await write(opened, out, {
      encoding: oneOf('encoding', encoding, ['png', 'jpeg'] as const),
      quality: count('quality', quality, 100),
      onImages: progressPrinter('Exported image'),
    });
    console.log(`${out}: ${opened.count} images as ${format}.`);
  },
});
