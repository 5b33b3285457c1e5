import { levelsOf, nestedCells, paired, type Levels, type Unit } from './levels.ts';
import { detectableDifference, isEquivalent } from './power.ts';
import { holm, independentTest, pairedTest, type ContrastTest } from './statistics.ts';

/** A difference this improbable under "no difference", after Holm's correction, is marked. */
export const SIGNIFICANT = 0.05;

/** Rows that bound what a method can reach: they are compared, but no claim rests on them and none is called best. */
const BOUNDS: readonly string[] = ['ceiling', 'floor'];

export const isBound = (name: string): boolean => BOUNDS.includes(name);

/** A difference to the baseline. */
export interface Comparison extends ContrastTest {
  /** What of this row was compared: where replicates pair, those that both rows have. */
  readonly levels: Levels;
  /** Whether replicates of equal seeds were compared; if not, as many as each row has, on the same folds. */
  readonly paired: boolean;
  /** Holm's correction for all rows compared in this column; undefined in ceiling and floor, of which nothing is claimed. */
  readonly pHolm: number | undefined;
  /** How many rows are in that correction. */
  readonly comparisons: number;
  /** Whether the difference is surely smaller than half a point; not claimed of ceiling and floor either. */
  readonly equivalent: boolean;
}

/** A row's recognisers on one column. */
interface Measured {
  readonly name: string;
  readonly units: readonly Unit[];
}

/** Each row against the baseline: undefined in the baseline itself and where the two cannot be compared. */
export function compareRows(
  rows: readonly Measured[],
  baseline: Measured | undefined,
): (Comparison | undefined)[] {
  const tests = rows.map((row) =>
    baseline === undefined || row === baseline ? undefined : compare(row.units, baseline.units),
  );
  const family = tests.map((test, r) => (isBound(rows[r].name) ? undefined : test?.p));
  const corrected = holm(family.filter((p) => p !== undefined));
  const comparisons = corrected.length;
  return tests.map(
    (test, r) =>
      test && {
        ...test,
        pHolm: family[r] === undefined ? undefined : corrected.shift(),
        comparisons,
        equivalent: !isBound(rows[r].name) && isEquivalent(test.difference),
      },
  );
}

function compare(row: readonly Unit[], baseline: readonly Unit[]) {
  if (row.length === 0 || row[0].accuracies.length !== baseline[0]?.accuracies.length) return undefined;
  const [ours, theirs] = paired([row, baseline]);
  if (ours.length > 0)
    return { ...pairedTest(nestedCells(ours), nestedCells(theirs)), levels: levelsOf(ours), paired: true };
  const cells = [nestedCells(row), nestedCells(baseline)];
  if (row[0].accuracies.length < 2 || cells.some(({ length }) => length < 2)) return undefined;
  return { ...independentTest(cells[0], cells[1]), levels: levelsOf(row), paired: false };
}

/** The smallest true differences, as shares, that are found with 80 % power: the median over the comparisons of a column. */
export interface Detectable {
  /** By one test at 5 %. */
  readonly alone: number;
  /** Where Holm's correction is at its strictest, at 5 % divided by the number of comparisons. */
  readonly corrected: number;
}

/** What a column can tell; undefined where no comparison knows its error. */
export function detectableOf(comparisons: readonly Comparison[]): Detectable | undefined {
  const errors = comparisons.flatMap(({ difference: { standardError, df } }) =>
    standardError === undefined || df === undefined ? [] : [{ standardError, df }],
  );
  if (errors.length === 0) return undefined;
  const at = (level: number) => median(errors.map((error) => detectableDifference(error, level)));
  return { alone: at(SIGNIFICANT), corrected: at(SIGNIFICANT / errors.length) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}
