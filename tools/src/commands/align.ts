import { command, numberList, numberBetween, progressPrinter, wholeNumber } from '@id3/cli';

const share = numberBetween(0, 1, { included: true });

export const align = command({
  name: 'align',
  target: 'tools:align',
  summary: "Makes a dataset of raw photos: finds faces and brings them to ArcFace's 112×112 template.",
  details:
    'One face of each photo is taken and moved by its five landmarks. Photos without a face are left out (in a benchmark their middle is ' +
    'cut). What was found in a photo is kept: a stopped or killed run continues, and another dataset of the same photos is quick.',
  examples: [
    ['--from=photos --out=datasets/photos', 'a folder of people, or of photos'],
    ['--from=cfp --format=cfp-fp --out=datasets/cfp-fp --landmarks=cfp', 'CFP by its own fiducials'],
  ],
  async options() {
    const { BAD, MISSING, importFormats } = await import('@id3/data');
    const { DETECTOR, faceRules, landmarkSources, networkChoices } = await import('@id3/photos');
    return {
      from: { type: 'string', path: true, demandOption: true, describe: 'the folder of photos' },
      out: { type: 'string', path: true, demandOption: true, describe: 'the folder of the dataset' },
      format: { choices: importFormats, describe: 'what --from holds, where that is not plain' },
      pairs: { type: 'string', path: true, describe: "a benchmark's list of pairs in its original form" },
      rule: { choices: faceRules, default: 'largest', describe: 'which of several faces' },
      landmarks: {
        choices: landmarkSources,
        default: 'found',
        describe: "cfp takes CFP's own fiducials and looks for no face",
      },
      detector: {
        choices: networkChoices,
        default: DETECTOR.network,
        describe: 'both asks ssd only where blazeface sees no face',
      },
      confidence: {
        default: DETECTOR.minConfidence,
        describe: 'the least confidence of a face, 0 to 1',
        coerce: share,
      },
      scales: {
        default: DETECTOR.scales.join(','),
        describe: 'shares of the field that a photo fills, tried in turn until mesh and detector agree',
        coerce: numberList(share),
      },
      doubt: {
        default: DETECTOR.doubt,
        describe:
          'how far from its eyes and mouth an unsure face may be taken; less: fewer wrong, more missed',
        coerce: share,
      },
      size: { default: 112, describe: 'pixels of a side of the crops', coerce: wholeNumber(1, 512) },
      workers: {
        describe: 'worker processes',
        defaultDescription: 'one a core',
        coerce: wholeNumber(1, 256),
      },
      findings: {
        type: 'string',
        path: true,
        describe: 'the folder of what was found in photos, for all datasets of the same ones',
        defaultDescription: '.findings beside --out',
      },
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
  async run({ from, out, format, pairs, detector, confidence, scales, doubt, missing, ...options }) {
    const { describeReport, detectFormat, openImageSource } = await import('@id3/data');
    const { ALIGNMENT_FILE, alignPhotos } = await import('@id3/photos');
    const source = openImageSource(format ?? detectFormat(from), from, pairs, missing);
    const { report, imported } = await alignPhotos(source, out, {
      ...options,
      detector: { network: detector, minConfidence: confidence, scales, doubt },
      onEngine: (description) => console.log(`engine: ${description}`),
      onPhotos: progressPrinter('photo'),
    });
    const { photos, one, several, none, unreadable, kept, central } = report;
    console.log(
      `${photos} photos: ${one} with one face, ${several} with several (rule: ${options.rule}), ${none} without, ${unreadable} unreadable.\n` +
        `${kept} crops are in ${out}${central > 0 ? `, ${central} of them cut from the middle` : ''}; see its ${ALIGNMENT_FILE}.`,
    );
    for (const line of describeReport(imported)) console.log(line);
  },
});
