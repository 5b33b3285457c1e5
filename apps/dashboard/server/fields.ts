import { getAnnotations, listExperiments, RUN_STATUSES, type Readable } from '@id3/tracking';
import { configs, metricsOf, runsOf, type SlimRun } from './run-store.ts';
import type { Value } from './values.ts';

/** A run as the table sees it: everything that a column or a filter may ask for. */
export interface RunEntry {
  readonly run: SlimRun;
  readonly archived: boolean;
  readonly values: Readonly<Record<BuiltIn, Value>>;
  readonly config: Readonly<Record<string, Value>>;
}

/** Columns that every run has; all others are fields of the config or metrics. */
export const BUILT_IN = [
  'id',
  'name',
  'status',
  'progress',
  'experiment',
  'variant',
  'stage',
  'seed',
  'tags',
  'started',
  'duration',
  'engine',
  'parent',
  'revision',
  'host',
  'archived',
] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

export { RUN_STATUSES };

/** Every run, the newest first, without its metrics. */
export function readEntries(db: Readable): RunEntry[] {
  const experiments = new Map(listExperiments(db).map(({ id, name }) => [id, name]));
  const notes = getAnnotations(db);
  const rows = runsOf(db);
  const configOf = configs(db, rows);
  const now = Date.now();
  return rows.map((run) => {
    const note = notes.get(run.id);
    return {
      run,
      archived: note?.archived ?? false,
      config: configOf(run),
      values: {
        id: run.id,
        name: note?.name ?? run.name,
        status: run.status,
        progress: run.steps ? (run.status === 'finished' ? 1 : (run.step ?? 0) / run.steps) : undefined,
        experiment: experiments.get(run.experimentId),
        variant: run.variant,
        stage: run.stage,
        seed: run.seed,
        tags: note?.tags ?? [],
        started: run.startedAt,
        duration: ((run.finishedAt ?? now) - run.startedAt) / 1000,
        engine: run.engine,
        parent: run.parentId,
        revision: run.gitRevision?.slice(0, 8),
        host: run.host,
        archived: note?.archived ?? false,
      },
    };
  });
}

/**
 * What a name in a query or a column means: a built-in column, a field of the config by its whole path or its end
 * (`lb` for `generation.lb`), or a metric. Only the metrics that are named are read. `has` tells whether any run has a name.
 */
export function resolver(db: Readable, entries: readonly RunEntry[], names: readonly string[]) {
  const fields = configFields(entries);
  const meanings = new Map(
    names.map((name) => {
      const builtIn = isBuiltIn(name) || name === 'tag';
      const ofConfig = (field: string) => field === name || field.endsWith(`.${name}`);
      return [name, builtIn ? [] : fields.filter(ofConfig)];
    }),
  );
  const metricNames = names.filter((name) => meanings.get(name)!.length === 0 && !isBuiltIn(name));
  const metrics = metricsOf(db, metricNames);
  return {
    has: (name: string): boolean =>
      isBuiltIn(name) ||
      name === 'tag' ||
      meanings.get(name)!.length > 0 ||
      (metrics.get(name)?.size ?? 0) > 0,
    valueOf: (entry: RunEntry, name: string): Value => {
      if (name === 'tag') return entry.values.tags;
      if (isBuiltIn(name)) return entry.values[name];
      const field = meanings.get(name)?.find((path) => entry.config[path] !== undefined);
      return field === undefined ? metrics.get(name)?.get(entry.run.id) : entry.config[field];
    },
  };
}

const isBuiltIn = (name: string): name is BuiltIn => BUILT_IN.some((one) => one === name);

/** Every field of any config. */
export function configFields(entries: readonly RunEntry[]): string[] {
  const distinct = new Map(entries.map(({ run, config }) => [run.configHash, config]));
  return [...new Set([...distinct.values()].flatMap((config) => Object.keys(config)))].sort();
}

/** Of so many values of a field the most frequent are told. */
const MAX_VALUES = 200;

/** The values that runs have of a field, the most frequent first; of a field that none has, none. */
export function valuesOf(db: Readable, entries: readonly RunEntry[], field: string): string[] {
  const { has, valueOf } = resolver(db, entries, [field]);
  if (!has(field)) return [];
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const value = valueOf(entry, field);
    for (const one of Array.isArray(value) ? value : [value ?? 'none'])
      counts.set(String(one), (counts.get(String(one)) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, MAX_VALUES).map(([text]) => text);
}
