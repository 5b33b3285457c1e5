import { command, progressPrinter, wholeNumber } from '@id3/cli';
import { UserError } from '@id3/core';
import type { ExportFormat } from '@id3/data';

export const exportDataset = command({
  name: 'export-dataset',
  target: 'tools:export-dataset',
  summary: 'Writes a dataset in a format of the field.',
  details: "recordio is read by InsightFace's arcface_torch.",
  examples: [['--dataset=artefacts/generate/KEY --out=synthetic --format=recordio', 'a generated dataset']],
  async options() {
    const { exporters } = await import('@id3/data');
    return {
      dataset: { type: 'string', path: true, demandOption: true, describe: 'the folder of the dataset' },
      out: { type: 'string', path: true, demandOption: true, describe: 'the folder to write to' },
      format: {
        choices: Object.keys(exporters) as ExportFormat[],
        demandOption: true,
        describe: 'the format',
      },
      encoding: { choices: ['png', 'jpeg'], default: 'png', describe: 'png keeps every pixel' },
      overwrite: {
        type: 'boolean',
        default: false,
        describe: 'removes another export from the folder',
      },
      quality: { describe: 'of JPEG, 1 to 100; 95, if left out', coerce: wholeNumber(1, 100) },
    } as const;
  },
  async run({ dataset, out, format, encoding, quality, overwrite }) {
    const { exporters, openDataset } = await import('@id3/data');
    if (quality !== undefined && encoding !== 'jpeg')
      throw new UserError('--quality is of JPEG; add --encoding=jpeg, or leave --quality out.');
    const opened = openDataset(dataset);
    await exporters[format](opened, out, {
      encoding,
      quality,
      overwrite,
      onImages: progressPrinter('Exported image'),
    });
    console.log(`${out}: ${opened.count} images as ${format}.`);
  },
});
