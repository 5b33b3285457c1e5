import { SIGNIFICANT, type Comparison } from '../comparison.ts';
import { EQUIVALENCE_MARGIN } from '../power.ts';
import type { Factorial } from '../factorial.ts';
import type { Levels } from '../levels.ts';
import type { ContrastTest, Interval } from '../statistics.ts';
import type { Endpoint, Result, ResultTable } from '../tabulate.ts';

/** A share as percent with two decimals. */
export const percent = (share: number): string => (100 * share).toFixed(2);

/** A difference of shares in points, with its sign. */
export const points = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;

/** `mean ± half-width` in percent. */
export const plusMinus = ({ mean, halfWidth }: Interval): string =>
  halfWidth === undefined ? percent(mean) : `${percent(mean)} ± ${percent(halfWidth)}`;

/** `±mean ± half-width` in points. */
export const pointsPlusMinus = ({ mean, halfWidth }: Interval): string =>
  halfWidth === undefined ? points(mean) : `${points(mean)} ± ${percent(halfWidth)}`;

/** p with two digits. */
export const pText = (p: number | undefined): string =>
  p === undefined ? NOTHING : p < 0.0001 ? '< 0.0001' : String(Number(p.toPrecision(2)));

/** Whether a difference can be told from chance after Holm's correction. */
export const isSignificant = ({ pHolm }: Comparison): boolean => pHolm !== undefined && pHolm < SIGNIFICANT;

/** A difference in points with the marks that {@link legend} explains. */
export const differenceText = (comparison: Comparison): string =>
  pointsPlusMinus(comparison.difference) +
  (isSignificant(comparison) ? '*' : '') +
  (comparison.equivalent ? '≈' : '');

/** One part of a report: a table of texts, a header first, that says which cells are the best of their columns. */
export interface Texts {
  readonly rows: readonly (readonly string[])[];
  readonly best: (row: number, column: number) => boolean;
  /** By how much the cell is above what it is compared with, as a share. */
  readonly above?: (row: number, column: number) => number | undefined;
}

const ACCURACY = 'accuracy in %, mean ± 95 % CI';
const NOTHING = '–';

/** Differences from this size on, as a share, have the full shade. */
const FULL_SHADE = 0.1;

/** How strongly a difference, as a share, is shaded: 0 to 1. */
export const shadeOf = (difference: number): number => Math.min(1, Math.abs(difference) / FULL_SHADE);

/** The accuracies, the differences to the baseline where there is one, and the 2×2 design where its rows are there. */
export function tableTexts(table: ResultTable): Texts[] {
  const accuracies = texts(table, ACCURACY, ({ accuracy }) => plusMinus(accuracy));
  return [accuracies, ...differenceTexts(table), ...factorialTexts(table.endpoints)];
}

function differenceTexts(table: ResultTable): Texts[] {
  const { baseline } = table;
  if (baseline === undefined) return [];
  const compared = table.rows.filter(({ results }) =>
    Object.values(results).some(({ versusBaseline }) => versusBaseline !== undefined),
  );
  if (compared.length === 0) return [];
  const header = `difference to ${baseline.title} in points, ± 95 % CI`;
  const differences = texts({ ...table, rows: compared }, header, ({ versusBaseline }) =>
    versusBaseline === undefined ? '' : differenceText(versusBaseline),
  );
  const above = (row: number, column: number) =>
    compared[row - 1]?.results[table.columns[column - 1]]?.versusBaseline?.difference.mean;
  return [{ ...differences, best: () => false, above }];
}

/** The effects of the 2×2 design by what a person calls them. */
export const factorialEffects = ({ idLoss, score, interaction }: Factorial): [string, ContrastTest][] => [
  ['ID loss', idLoss],
  ['reversed likelihood score', score],
  ['interaction: the ID loss with the score less without', interaction],
];

function factorialTexts(endpoints: readonly Endpoint[]): Texts[] {
  return endpoints.flatMap(({ column, factorial }) => {
    if (factorial === undefined) return [];
    const rows = factorialEffects(factorial).map(([effect, { difference, p }]) => [
      effect,
      pointsPlusMinus(difference),
      pText(p),
    ]);
    return [
      { rows: [[`{ID loss} × {score}, ${column}`, 'points ± 95 % CI', 'p'], ...rows], best: () => false },
    ];
  });
}

function texts(table: ResultTable, header: string, cell: (result: Result) => string): Texts {
  const { columns, rows } = table;
  return {
    rows: [
      [header, ...columns],
      ...rows.map(({ title, results }) => [
        title,
        ...columns.map((column) => (results[column] === undefined ? NOTHING : cell(results[column]))),
      ]),
    ],
    best: (row, column) => row > 0 && column > 0 && rows[row - 1].results[columns[column - 1]]?.best === true,
  };
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** What a number is over, and which levels' noise it therefore cannot tell. */
export function levelsText({ generators, datasets, recognisers }: Levels): string {
  if (generators > 1)
    return `${generators} trainings of the generator, ${datasets} datasets and ${recognisers} recognisers`;
  if (datasets > 1)
    return `${datasets} datasets and ${recognisers} recognisers; one training of the generator`;
  return `${counted(recognisers, 'recogniser seed')}; one training of the generator`;
}

/** What the tables' signs mean, over how much they were measured, what they can tell and what else is to be known. */
export function legend(table: ResultTable): string {
  if (table.rows.every(({ results }) => Object.keys(results).length === 0)) return 'No result yet.';
  return [
    overText(table),
    ...marksText(table),
    ...table.endpoints.flatMap(endpointText),
    ...table.notes,
  ].join(' ');
}

/** Rows of other levels than most are named. */
function overText({ rows }: ResultTable): string {
  const titles = new Map<string, Set<string>>();
  for (const { title, results } of rows)
    for (const { folds, levels } of Object.values(results)) {
      const text = `${counted(folds, 'fold')} and ${levelsText(levels)}`;
      titles.set(text, (titles.get(text) ?? new Set()).add(title));
    }
  const [[most], ...others] = [...titles].sort(([, a], [, b]) => b.size - a.size);
  const named = others.map(([text, some]) => `${[...some].join(', ')}: over ${text}.`);
  return [`Over ${most}.`, ...named].join(' ');
}

function marksText({ rows, endpoints }: ResultTable): string[] {
  const compared = rows.some(({ results }) =>
    Object.values(results).some(({ versusBaseline }) => versusBaseline !== undefined),
  );
  if (!compared) return [];
  const [{ column: primary }] = endpoints;
  return [
    `Primary endpoint: ${primary}; other columns are secondary.`,
    `* marks differences with p < ${SIGNIFICANT} (t test, paired by seeds and folds, Holm-corrected over the rows but ceiling and floor).`,
    `≈ marks no effect: the 90 % interval lies inside ±${100 * EQUIVALENCE_MARGIN} points (two one-sided tests). Without a mark nothing is claimed; ceiling and floor have none.`,
  ];
}

function endpointText({ column, detectable, factorial }: Endpoint): string[] {
  const power = detectable && [
    `A row's true difference on ${column} is seen with 80 % power from ${percent(detectable.alone)} points on in one test, ` +
      `from ${percent(detectable.corrected)} where Holm's correction is strictest (medians).`,
  ];
  const design = factorial && [
    `{ID loss} × {score} over ${levelsText(factorial.levels)}; effects averaged over the other part, p not corrected.`,
  ];
  return [...(power ?? []), ...(design ?? [])];
}
