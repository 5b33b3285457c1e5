import { getRunConfigs, listRunsSlim, getMetricValues, type Readable, type SlimRun } from '@id3/tracking';
import { leaves, type Value } from './values.ts';

export type { SlimRun };

/** Configs never change, and are most of a run's bytes: each is read and taken apart once. */
declare global {
  var id3Configs: Map<string, Record<string, Value>> | undefined;
}
const known = (globalThis.id3Configs ??= new Map());

export const runsOf = (db: Readable): SlimRun[] => listRunsSlim(db);

/** The leaves of each run's config. */
export function configs(db: Readable, runs: readonly SlimRun[]): (run: SlimRun) => Record<string, Value> {
  const missing = new Map<string, number>();
  for (const { id, configHash } of runs) if (!known.has(configHash)) missing.set(configHash, id);
  for (const { configHash, config } of getRunConfigs(db, [...missing.values()]))
    known.set(configHash, leaves(config));
  return ({ configHash }) => known.get(configHash) ?? {};
}

/** The last values of these metrics: by metric, by run. */
export function metricsOf(db: Readable, keys: readonly string[]): Map<string, Map<number, number | null>> {
  const byKey = new Map(keys.map((key) => [key, new Map<number, number | null>()]));
  for (const { key, runId, value } of getMetricValues(db, [...keys])) byKey.get(key)!.set(runId, value);
  return byKey;
}
