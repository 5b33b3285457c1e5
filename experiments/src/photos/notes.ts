import type { PairFindings } from '@id3/eval';
import type { Config } from '../config/schema.ts';
import { photoBenchmarks, thresholdColumn } from './columns.ts';
import { missingOf, type PhotoBenchmark } from './set.ts';
import { drawnPhotos, trainingPhotos, type TrainingPhotos } from './training.ts';

/** What a reader of the table must know of the people that the rows of these configs are trained and verified on. */
export const notesOn = (configs: readonly Config[]): string[] => [
  ...new Set(
    configs.flatMap((config) => [...greyNote(config), ...validationNote(config), ...notesOf(config)]),
  ),
];

const greyNote = ({ image }: Config): string[] =>
  image.channels === 1 ? ['All images are grey, and all networks take one channel (image.channels=1).'] : [];

const validationNote = ({ benchmarks: { names, people } }: Config): string[] =>
  names.length > 0 && people === 'validation'
    ? [
        'Rendered benchmarks hold people of the validation pool (benchmarks.people): for choosing, not for reporting.',
      ]
    : [];

/** What there is to say of a benchmark's list of pairs. */
export function findingsNote(name: string, findings: PairFindings): string {
  const { pairs, peopleInFolds, listedTwice, identical, distinct, inTraining } = findings;
  const parts = [
    `${peopleInFolds} people in more than one fold`,
    `${listedTwice} pairs listed twice`,
    `${identical} pairs of identical photos`,
    ...(inTraining === undefined ? [] : [`${inTraining} photos that were trained on`]),
  ];
  const rest = distinct < pairs ? `; ${distinct} of its pairs are distinct` : '';
  return `${name} (${pairs} pairs): ${parts.join(', ')}${rest}.`;
}

function notesOf(config: Config): string[] {
  const { trainFolder, overlap } = config.data;
  const benchmarks = photoBenchmarks(config);
  if (benchmarks.length === 0 && trainFolder === '') return [];
  const about = [
    ...benchmarks.flatMap(missingNote),
    `f takes two faces for one person from the threshold on that ${thresholdColumn(config)} chooses.`,
  ];
  if (trainFolder === '') return about;
  const names = benchmarks.map(({ name }) => name);
  return [
    ...about,
    ...(names.length === 0 ? [] : [overlapNote(trainingPhotos(config), names, overlap === 'keep')]),
    ...(config.downstream.dataset === 'train' ? ceilingNote(config) : []),
  ];
}

/** Which part of a benchmark's list was left out, for want of its photos. */
function missingNote(benchmark: PhotoBenchmark): string[] {
  const { photos, pairs } = missingOf(benchmark);
  if (pairs === 0) return [];
  const whole = benchmark.pairs.length + pairs;
  return [
    `${benchmark.name}: ${pairs} of its ${whole} pairs were left out, for ${photos} photos are missing.`,
  ];
}

/** How many photos the ceiling had, where the folder has fewer than are generated. */
function ceilingNote(config: Config): string[] {
  const { people, photos } = drawnPhotos(config);
  const asked = config.data.train;
  if (people === asked.people) return [];
  return [
    `The ceiling was trained on ${photos} photos of ${people} people, not on ${asked.people * asked.shotsPerPerson} of ${asked.people}: ` +
      `no more of the training photos' people have ${asked.shotsPerPerson} photos.`,
  ];
}

/** Who of the training photos is in a benchmark too, and whether they were left out. */
function overlapNote({ set, overlap }: TrainingPhotos, names: readonly string[], kept: boolean): string {
  const { people, photos, nameless } = overlap;
  const benchmarks = names.join(', ');
  if (people.length === 0 && nameless.length > 0)
    return `Whether people of the training photos are in ${benchmarks} too is not known, for names are missing in ${nameless.join(', ')}; all were trained on (data.overlap=keep).`;
  const unknown =
    nameless.length > 0 ? `, as far as names tell: they are missing in ${nameless.join(', ')}` : '';
  if (people.length === 0) return `Nobody of the training photos is in ${benchmarks}.`;
  const [who, are, were] =
    people.length === 1 ? ['1 person', 'is', 'was'] : [`${people.length} people`, 'are', 'were'];
  const known = `${who} of the training photos (${photos} of ${set.records.length} photos) ${are} in ${benchmarks} too`;
  return kept
    ? `${known} and ${were} trained on (data.overlap=keep)${unknown}.`
    : `${known} and ${were} left out of training.`;
}
