import type { PairFindings } from '@id3/eval';
import type { Config } from '../config/schema.ts';
import { photoBenchmarks } from './columns.ts';
import { trainingPhotos, type TrainingPhotos } from './training.ts';

/** What a reader of the table must know of the photos that the rows of these configs are trained and verified on. */
export const photoNotes = (configs: readonly Config[]): string[] => [...new Set(configs.flatMap(notesOf))];

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
  const names = photoBenchmarks(config).map(({ name }) => name);
  if (trainFolder === '' || names.length === 0) return [];
  return [overlapNote(trainingPhotos(config), names, overlap === 'keep')];
}

/** Who of the training photos is in a benchmark too, and whether they were left out. */
function overlapNote({ set, overlap }: TrainingPhotos, names: readonly string[], kept: boolean): string {
  const { people, photos, nameless } = overlap;
  const benchmarks = names.join(', ');
  const unknown =
    nameless.length > 0 ? `, as far as names tell: they are missing in ${nameless.join(', ')}` : '';
  if (people.length === 0) return `Nobody of the training photos is in ${benchmarks}${unknown}.`;
  const who = `${people.length} people of the training photos (${photos} of ${set.records.length} photos) are in ${benchmarks} too`;
  return kept
    ? `${who} and were trained on (data.overlap=keep)${unknown}.`
    : `${who} and were left out of training.`;
}
