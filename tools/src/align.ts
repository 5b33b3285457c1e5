import { UserError } from '@id3/core';
import { detectFormat, importFormats, openImageSource } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import { ALIGNMENT_FILE, DETECTOR, alignPhotos, faceRules } from '@id3/photos';
import { count, main, oneOf } from './main.ts';
import { progressPrinter } from './progress.ts';

await main({
  name: 'align',
  summary:
    "Makes a dataset of raw photos: finds the faces, takes one of each photo and brings its five landmarks to ArcFace's 112×112 template.\n" +
    'Photos without a face are left out (in a benchmark their middle is cut). A stopped or killed run continues where it was.',
  options: {
    from: { help: 'the folder of photos' },
    out: { help: 'the folder of the dataset' },
    format: { help: `what --from holds, where that is not plain: ${importFormats.join(', ')}` },
    pairs: { help: "a benchmark's list of pairs in its original form" },
    rule: { help: `which of several faces: ${faceRules.join(', ')}`, default: 'largest' },
    detector: { help: 'ssd (surer) or tiny (three times as fast)', default: DETECTOR.network },
    confidence: { help: 'the least confidence of a face, 0 to 1', default: String(DETECTOR.minConfidence) },
    scales: {
      help: 'shares of the field that a photo fills, tried in turn; 0.5 alone for photos that a face fills',
      default: DETECTOR.scales.join(','),
    },
    size: { help: 'pixels of a side of the crops', default: '112' },
  },
  async run(given) {
    const { from, out, pairs } = given;
    if (from === undefined || out === undefined)
      throw new UserError('Give --from=FOLDER, the photos, and --out=FOLDER, where the dataset goes.');
    const { format } = given;
    const chosen = format === undefined ? detectFormat(from) : oneOf('format', format, importFormats);
    const source = openImageSource(chosen, from, pairs);
    const options = {
      size: count('size', given.size, 512),
      rule: oneOf('rule', given.rule, faceRules),
      detector: {
        network: oneOf('detector', given.detector, ['ssd', 'tiny'] as const),
        minConfidence: share('confidence', given.confidence),
        scales: given.scales.split(',').map((scale) => share('scales', scale)),
      },
    };
    console.log(`engine: ${describeEngine(await selectEngine())}`);
    const report = await alignPhotos(source, out, { ...options, onPhotos: progressPrinter('photo') });
    const { photos, one, several, none, unreadable, kept, central } = report;
    console.log(
      `${photos} photos: ${one} with one face, ${several} with several (rule: ${options.rule}), ${none} without, ${unreadable} unreadable.\n` +
        `${kept} crops are in ${out}${central > 0 ? `, ${central} of them cut from the middle` : ''}; see its ${ALIGNMENT_FILE}.`,
    );
  },
});

function share(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new UserError(`The option --${option} is "${text}"; expected a number above 0 and at most 1.`);
}
