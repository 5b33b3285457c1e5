import { command, numberList, numberBetween, progressPrinter, wholeNumber } from '@id3/cli';

const share = numberBetween(0, 1, { included: true });

export const align = command({
  name: 'align',
  target: 'tools:align',
  summary: "Makes a dataset of raw photos: finds faces and brings them to ArcFace's 112×112 template.",
  details:
    'One face of each photo is taken and moved by its five landmarks. Photos without a face are left out (in a benchmark their middle is ' +
    'cut). A stopped or killed run continues where it was.',
  examples: [
    ['--from=photos --out=datasets/photos', 'a folder of people, or of photos'],
    ['--from=orl --out=datasets/orl --scales=0.5 --confidence=0.3', 'photos that a face fills'],
  ],
  async options() {
    const { BAD, MISSING, importFormats } = await import('@id3/data');
    const { DETECTOR, faceRules } = await import('@id3/photos');
    return {
      from: { type: 'string', path: true, demandOption: true, describe: 'the folder of photos' },
      out: { type: 'string', path: true, demandOption: true, describe: 'the folder of the dataset' },
      format: { choices: importFormats, describe: 'what --from holds, where that is not plain' },
      pairs: { type: 'string', path: true, describe: "a benchmark's list of pairs in its original form" },
      rule: { choices: faceRules, default: 'largest', describe: 'which of several faces' },
      detector: {
        choices: ['ssd', 'tiny'],
        default: DETECTOR.network,
        describe: 'ssd is surer, tiny three times as fast',
      },
      confidence: {
        default: DETECTOR.minConfidence,
        describe: 'the least confidence of a face, 0 to 1',
        coerce: share,
      },
      scales: {
        default: DETECTOR.scales.join(','),
        describe:
          'shares of the field that a photo fills, tried in turn; 0.5 alone for photos that a face fills',
        coerce: numberList(share),
      },
      size: { default: 112, describe: 'pixels of a side of the crops', coerce: wholeNumber(1, 512) },
      bad: {
        choices: BAD,
        describe: 'what to do where a photo cannot be read',
        defaultDescription: 'stop where pairs need every photo, else skip',
      },
      missing: {
        choices: MISSING,
        describe: 'what to do where photos that a list of pairs names are missing',
        defaultDescription: 'stop; drop leaves their pairs out',
      },
    } as const;
  },
  async run({ from, out, format, pairs, rule, detector, confidence, scales, size, bad, missing }) {
    const { describeReport, detectFormat, openImageSource } = await import('@id3/data');
    const { describeEngine, selectEngine } = await import('@id3/engine');
    const { ALIGNMENT_FILE, alignPhotos } = await import('@id3/photos');
    const source = openImageSource(format ?? detectFormat(from), from, pairs, missing);
    console.log(`engine: ${describeEngine(await selectEngine())}`);
    const { report, imported } = await alignPhotos(source, out, {
      size,
      bad,
      rule,
      detector: { network: detector, minConfidence: confidence, scales },
      onPhotos: progressPrinter('photo'),
    });
    const { photos, one, several, none, unreadable, kept, central } = report;
    console.log(
      `${photos} photos: ${one} with one face, ${several} with several (rule: ${rule}), ${none} without, ${unreadable} unreadable.\n` +
        `${kept} crops are in ${out}${central > 0 ? `, ${central} of them cut from the middle` : ''}; see its ${ALIGNMENT_FILE}.`,
    );
    for (const line of describeReport(imported)) console.log(line);
  },
});
