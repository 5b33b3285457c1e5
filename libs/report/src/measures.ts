import { DISK_BYTES, getMetricSummaries, getVariantRuns, getVariants, type Readable } from '@id3/tracking';
import { csvLine } from './formats/csv.ts';

/** The measures of what one variant's recognisers are trained on, by name. */
export interface MeasuredRow {
  readonly name: string;
  readonly title: string;
  readonly values: Readonly<Record<string, number | null>>;
}

/** What rounds to zero has no sign. */
const decimal = (value: number): string => value.toFixed(3).replace(/^-(?=0\.000$)/, '');
const oneDecimal = (value: number): string => value.toFixed(1);
const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;

/** The columns: a measure's name in the database, its title, how it is written. */
const COLUMNS: readonly [name: string, title: string, write: (value: number) => string][] = [
  ['interClass.mean', 'between identities', decimal],
  ['interClass.shareAbove', 'taken for one', percent],
  ['toAsked.mean', 'image to asked y', decimal],
  ['toCentre.mean', 'image to centre', decimal],
  ['featureDistance', 'within identity', decimal],
  ['frechet', 'Fréchet', decimal],
  ['g.interClass.shareAbove', 'taken for one (g)', percent],
  ['g.toCentre.mean', 'image to centre (g)', decimal],
  ['g.featureDistance', 'within identity (g)', decimal],
  ['g.frechet', 'Fréchet (g)', decimal],
  ['pixels.detail', 'fine detail', oneDecimal],
  ['pixels.skinBrightness', 'skin tone within', oneDecimal],
  ['asAsked.yaw', 'yaw as asked', decimal],
  ['asAsked.age', 'age as asked', decimal],
];

export const MEASURES_LEGEND =
  'In the features of f. Mean cosine between the centres of two identities; share of such pairs above the threshold ' +
  'from which f takes two faces for one person; mean cosine of an image to the y it was asked for, and to its ' +
  "identity's centre; mean 1 − cosine of two images of one identity; Fréchet distance to the train pool. (g): the same by a second " +
  'recogniser that took no part in training or sampling. Fine detail: deviation of a pixel from the mean of its 3×3 neighbourhood; skin tone ' +
  'within: deviation of the brightness of cheeks and nose within an identity; both in grey levels. As asked: rank ' +
  'correlation of the yaw (age) asked for, of the ceiling the true one, with what a regression fitted on the train pool ' +
  'reads off the image.';

/** The measures of each variant of an experiment's run. */
export function readMeasures(database: Readable, runId: number): MeasuredRow[] {
  const variants = getVariants(database, runId);
  const measured = getVariantRuns(
    database,
    variants.map(({ id }) => id),
  ).filter(({ role }) => role === 'measures');
  return variants.map(({ id, name, title }) => {
    const runs = measured.filter(({ variantId }) => variantId === id).map(({ run }) => run.id);
    // The size of a folder is no measure, and a stage that was in the cache logs none.
    const metrics = getMetricSummaries(database, runs).filter(({ key }) => key !== DISK_BYTES);
    return { name, title, values: Object.fromEntries(metrics.map(({ key, value }) => [key, value])) };
  });
}

/** The table as rows of text, a header first; a measure that a row does not have is a dash. */
export function measureTexts(rows: readonly MeasuredRow[]): string[][] {
  const cell = (value: number | null | undefined, write: (value: number) => string) =>
    value === undefined || value === null ? '–' : write(value);
  return [
    ['dataset measures', ...COLUMNS.map(([, title]) => title)],
    ...rows.map(({ title, values }) => [
      title,
      ...COLUMNS.map(([name, , write]) => cell(values[name], write)),
    ]),
  ];
}

/** Every measure of every row, unrounded. */
export function measuresCsv(rows: readonly MeasuredRow[]): string {
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))].sort();
  const lines = rows.map(({ name, values }) => csvLine([name, ...names.map((measure) => values[measure])]));
  return [['variant', ...names].join(','), ...lines, ''].join('\n');
}
