import { UserError } from '@id3/core';
import {
  getVariantRuns,
  getVariants,
  getVerificationFolds,
  listExperiments,
  listRuns,
  type Readable,
  type RunRow,
} from '@id3/tracking';
import { bySeeds, type Seeds } from './levels.ts';

/** The recogniser of one seed, verified: accuracies as shares, `folds[fold]` of each benchmark. */
export interface Replicate extends Seeds {
  /** The tracking run of the verification. */
  readonly run: number;
  readonly folds: Readonly<Record<string, readonly number[]>>;
}

/** All that is known of one row of the table. */
export interface VariantResults {
  readonly name: string;
  readonly title: string;
  readonly config: unknown;
  /** By ascending seeds; those that have been verified. */
  readonly replicates: readonly Replicate[];
}

/** The results of an experiment's run, in the order of its table, from the database alone. */
export function readResults(database: Readable, runId: number): VariantResults[] {
  const variants = getVariants(database, runId);
  const verifications = getVariantRuns(
    database,
    variants.map(({ id }) => id),
  ).filter(({ role }) => role === 'verification');
  const byRun = foldsByRun(
    database,
    verifications.map(({ run }) => run.id),
  );
  return variants.map(({ id, name, title, config }) => ({
    name,
    title,
    config,
    replicates: verifications
      .filter(({ variantId, run }) => variantId === id && byRun.has(run.id))
      .map(({ run }) => ({ ...seedsOf(run), run: run.id, folds: byRun.get(run.id)! }))
      .sort(bySeeds),
  }));
}

/** A verification's config is the inputs of its stage, which name the seeds that its recogniser came from. */
function seedsOf({ seed, config }: Pick<RunRow, 'seed' | 'config'>): Seeds {
  const { generator, dataset } = (config ?? {}) as Partial<Record<keyof Seeds, unknown>>;
  const whole = (value: unknown) => (Number.isInteger(value) ? (value as number) : 0);
  return { generator: whole(generator), dataset: whole(dataset), seed: seed ?? 0 };
}

function foldsByRun(database: Readable, runIds: number[]): Map<number, Record<string, number[]>> {
  const byRun = new Map<number, Record<string, number[]>>();
  // By ascending run, benchmark and fold.
  for (const { runId, benchmark, accuracy } of getVerificationFolds(database, runIds)) {
    if (!byRun.has(runId)) byRun.set(runId, {});
    (byRun.get(runId)![benchmark] ??= []).push(accuracy);
  }
  return byRun;
}

/** The name of an ablation's runs. */
const ABLATION = 'ablation';

/** The runs of experiments that compare variants, the newest first. */
export function listTables(database: Readable): { experiment: string; run: RunRow }[] {
  const names = new Map(listExperiments(database).map(({ id, name }) => [id, name]));
  return listRuns(database, { withVariants: true }).map((run) => ({
    experiment: names.get(run.experimentId)!,
    run,
  }));
}

/**
 * The run whose table is asked for: by its number, or the newest of an experiment; where nothing is asked for, that of the newest
 * ablation, or where there is none the newest of all. Throws a UserError where there is none.
 */
export function findTable(database: Readable, which: { run?: number; experiment?: string }): number {
  const tables = listTables(database);
  const asked = tables.filter(
    ({ run, experiment }) =>
      (which.run === undefined || run.id === which.run) &&
      (which.experiment === undefined || experiment === which.experiment),
  );
  const isOpen = which.run === undefined && which.experiment === undefined;
  const found = (isOpen ? asked.find(({ run }) => run.name === ABLATION) : undefined) ?? asked.at(0);
  if (found !== undefined) return found.run.id;
  if (tables.length === 0)
    throw new UserError('The database has no table yet; `npx nx run experiments:ablation` makes one.');
  const known = [...new Set(tables.map(({ experiment, run }) => `${experiment} (run ${run.id})`))].slice(
    0,
    10,
  );
  const wanted = which.run === undefined ? `experiment "${which.experiment}"` : `run ${which.run}`;
  throw new UserError(`There is no table of ${wanted}; there is ${known.join(', ')}.`);
}
