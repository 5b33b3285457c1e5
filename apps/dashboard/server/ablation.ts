import { UserError } from '@id3/core';
import {
  AVERAGES,
  differingFields,
  findTable,
  FULL,
  listTables,
  readNotes,
  readResults,
  sweep,
  tabulate,
  type ResultTable,
  type SweepPoint,
  type VariantResults,
} from '@id3/report';
import type { Reader } from '@id3/tracking';
import type { Search } from './page.tsx';

/** What the ablation's page shows. */
export interface AblationView {
  readonly run: number;
  readonly experiment: string;
  readonly tables: readonly { run: number; experiment: string; startedAt: number; status: string }[];
  readonly table: ResultTable;
  readonly variants: readonly VariantResults[];
  readonly baseline: string;
  readonly benchmarks: readonly string[];
  readonly seeds: readonly number[];
  /** Config fields in which the variants differ. */
  readonly fields: readonly string[];
  /** The results by the value of the config field that is asked for, with their table. */
  readonly grouped: { field: string; points: readonly SweepPoint[]; table: ResultTable } | undefined;
  /** What was asked for that there is not; the rest is shown. */
  readonly problem: string | undefined;
}

/** Reads the view that a URL asks for; undefined where no experiment has compared anything yet. */
export function readAblation(db: Reader, search: Search): AblationView | undefined {
  const tables = listTables(db).map(({ run, experiment }) => ({
    run: run.id,
    experiment,
    startedAt: run.startedAt,
    status: run.status,
  }));
  if (tables.length === 0) return undefined;
  let problem: string | undefined;
  const orElse = <T>(asked: () => T, otherwise: () => T): T => {
    try {
      return asked();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problem = error.message;
      return otherwise();
    }
  };
  const run = orElse(
    () => findTable(db, { run: search.run === undefined ? undefined : Number(search.run) }),
    () => tables[0].run,
  );
  const variants = readResults(db, run);
  const notes = readNotes(db, run);
  const options = {
    notes,
    baseline: search.baseline,
    benchmarks: list(search.benchmarks),
    seeds: list(search.seeds)?.map(Number),
  };
  const table = orElse(
    () => tabulate(variants, options),
    () => tabulate(variants, { notes }),
  );
  const experiment = tables.find((one) => one.run === run)!.experiment;
  const baseline = table.baseline?.name ?? variants[0]?.name ?? FULL;
  const all =
    search.scope === 'experiment'
      ? [...variants, ...otherTables(db, tables, { experiment, run, baseline })]
      : variants;
  const everything = tabulate(variants);
  return {
    run,
    experiment,
    tables,
    table,
    variants,
    baseline,
    benchmarks: everything.columns.filter((column) => !AVERAGES.includes(column)),
    seeds: [...new Set(variants.flatMap(({ replicates }) => replicates.map(({ seed }) => seed)))].sort(
      (a, b) => a - b,
    ),
    fields: differingFields(all),
    grouped: search.group ? grouping(all, search.group, baseline, options) : undefined,
    problem,
  };
}

const list = (text: string | undefined): string[] | undefined =>
  text?.split(',').filter((part) => part !== '');

/** The variants of the same name as the baseline in the experiment's other tables: how sweeps over several runs are made. */
function otherTables(
  db: Reader,
  tables: AblationView['tables'],
  { experiment, run, baseline }: Pick<AblationView, 'experiment' | 'run' | 'baseline'>,
) {
  return tables
    .filter((one) => one.experiment === experiment && one.run !== run)
    .flatMap((one) => readResults(db, one.run))
    .filter(({ name }) => name === baseline);
}

function grouping(
  variants: readonly VariantResults[],
  field: string,
  baseline: string,
  options: { notes: readonly string[]; benchmarks?: readonly string[]; seeds?: readonly number[] },
) {
  const points = sweep(variants, field, baseline);
  const base = points.find(({ config }) => config === variants.find(({ name }) => name === baseline)?.config);
  try {
    return { field, points, table: tabulate(points, { ...options, baseline: base?.name }) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { field, points, table: tabulate(points, { notes: options.notes, baseline: base?.name }) };
  }
}
