import { CONDITIONS, DISTURBANCES, conditionName, disturbanceNames, type Condition } from '@id3/eval';
import { crossedInterval, csvLine, plusMinus, type Interval, type VariantResults } from '@id3/report';
import type { Panel } from '../pictures/curves.ts';

/** One variant under one condition. */
export interface RobustnessCell {
  /** Its accuracy as a share. */
  readonly accuracy: Interval;
  readonly seeds: number;
  readonly folds: number;
  /** The tracking runs behind it. */
  readonly runs: readonly number[];
}

/** Conditions × variants. */
export interface RobustnessTable {
  readonly benchmark: string;
  readonly variants: readonly { readonly name: string; readonly title: string }[];
  /** The clean pairs first, whose condition is undefined; a cell without a result is so too: [conditions][variants]. */
  readonly rows: readonly {
    readonly condition: Condition | undefined;
    readonly cells: readonly (RobustnessCell | undefined)[];
  }[];
}

/** Means with 95 % confidence intervals over seeds and folds, from what the database has of a disturbed benchmark. */
export const robustnessTable = (variants: readonly VariantResults[], benchmark: string): RobustnessTable => ({
  benchmark,
  variants,
  rows: [undefined, ...CONDITIONS].map((condition) => {
    const name = condition === undefined ? benchmark : conditionName(benchmark, condition);
    return { condition, cells: variants.map((variant) => cellOf(variant, name)) };
  }),
});

function cellOf({ replicates }: VariantResults, name: string): RobustnessCell | undefined {
  const tried = replicates.filter(({ folds }) => name in folds);
  if (tried.length === 0) return undefined;
  const cells = tried.map(({ folds }) => folds[name]);
  return {
    accuracy: crossedInterval(cells),
    seeds: cells.length,
    folds: cells[0].length,
    runs: tried.map(({ run }) => run),
  };
}

const CLEAN = 'clean';

/** The table for a reader: a header, then a line for each condition. */
export const robustnessTexts = ({ variants, rows }: RobustnessTable): string[][] => [
  ['accuracy in %, mean ± 95 % CI', ...variants.map(({ title }) => title)],
  ...rows.map(({ condition, cells }) => [
    condition === undefined ? CLEAN : `${DISTURBANCES[condition.disturbance].title} ${condition.strength}`,
    ...cells.map((cell) => (cell === undefined ? '–' : plusMinus(cell.accuracy))),
  ]),
];

/** What the conditions are, and how they were judged. */
export function robustnessLegend({ benchmark, rows }: RobustnessTable): string {
  const cell = rows[0].cells.find((one) => one !== undefined);
  const units = disturbanceNames.map((name) => `${DISTURBANCES[name].title}: ${DISTURBANCES[name].unit}`);
  return (
    `On ${benchmark}, over ${cell?.seeds ?? 0} seed(s) and ${cell?.folds ?? 0} folds. The second picture of each pair is ` +
    `disturbed; thresholds are those that the clean pairs of the other folds choose. ${units.join('; ')}.`
  );
}

const HEADER = 'variant,benchmark,disturbance,strength,seeds,folds,accuracy,ci95,runs';

/** Every number, unrounded, one line for each condition and variant (RFC 4180). Accuracies are shares. */
export function robustnessCsv({ benchmark, variants, rows }: RobustnessTable): string {
  const lines = rows.flatMap(({ condition, cells }) =>
    cells.flatMap((cell, k) => {
      if (cell === undefined) return [];
      const { accuracy, seeds, folds, runs } = cell;
      const { disturbance, strength } = condition ?? { disturbance: CLEAN, strength: undefined };
      const what = [variants[k].name, benchmark, disturbance, strength];
      return [csvLine([...what, seeds, folds, accuracy.mean, accuracy.halfWidth, runs.join(' ')])];
    }),
  );
  return [HEADER, ...lines, ''].join('\n');
}

/** A panel for each disturbance: accuracy over strength, the clean pairs at the left. */
export const robustnessPanels = ({ variants, rows }: RobustnessTable): Panel[] =>
  disturbanceNames.map((name) => {
    const own = rows.filter(({ condition }) => condition === undefined || condition.disturbance === name);
    return {
      title: DISTURBANCES[name].title,
      ticks: own.map(({ condition }) => (condition === undefined ? CLEAN : String(condition.strength))),
      lines: variants.map((_, k) => own.map(({ cells }) => cells[k]?.accuracy)),
    };
  });
