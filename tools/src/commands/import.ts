import { command, progressPrinter, wholeNumber } from '@id3/cli';

export const importDataset = command({
  name: 'import',
  target: 'tools:import',
  summary: "Makes a dataset of the field's files.",
  details:
    'insightface-bin, recordio and image-folder are recognised by themselves. A killed import continues when the same command is run again.',
  examples: [
    ['--from=lfw.bin --out=datasets/lfw', 'a benchmark'],
    ['--from=faces_webface_112x112 --out=datasets/webface', 'a training set'],
  ],
  async options() {
    const { BAD, MISSING, importFormats } = await import('@id3/data');
    return {
      from: {
        type: 'string',
        path: true,
        demandOption: true,
        describe: 'the file or folder: lfw.bin, faces_webface_112x112, a folder of pictures',
      },
      out: { type: 'string', path: true, demandOption: true, describe: 'the folder of the dataset' },
      format: { choices: importFormats, describe: 'what --from holds, where that is not plain' },
      pairs: {
        type: 'string',
        path: true,
        describe: 'the list of pairs, for benchmarks in their original form',
      },
      size: {
        describe: 'pixels of a side',
        defaultDescription: 'what the source says, or else 112',
        coerce: wholeNumber(1, 1024),
      },
      bad: {
        choices: BAD,
        describe: 'what to do where a picture cannot be read',
        defaultDescription: 'stop where pairs need every picture, else skip',
      },
      missing: {
        choices: MISSING,
        describe: 'what to do where pictures that a list of pairs names are missing',
        defaultDescription: 'stop; drop leaves their pairs out',
      },
    } as const;
  },
  async run({ from, out, format, pairs, size, bad, missing }) {
    const { describeReport, detectFormat, importImages, openDataset, openImageSource } =
      await import('@id3/data');
    const source = openImageSource(format ?? detectFormat(from), from, pairs, missing);
    const report = await importImages(source, out, {
      size,
      bad,
      onImages: progressPrinter('Imported image'),
    });
    const dataset = openDataset(out);
    const people = dataset.pairs ? `${dataset.pairs.length} pairs` : `${dataset.identities} people`;
    console.log(`${out}: ${dataset.count} images of ${dataset.height}×${dataset.width}, ${people}.`);
    for (const line of describeReport(report)) console.log(line);
  },
});
