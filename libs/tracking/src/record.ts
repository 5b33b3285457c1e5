import { relative, resolve } from 'node:path';
import { UserError, fileDigest } from '@id3/core';
import type { Connection } from './connection.ts';
import type { Entry, MetricRow, RunStore, Verification } from './entries.ts';
import { variantRuns, variants, type EventLevel, type VariantRole } from './schema.ts';

/** A row of an experiment's table: a config under a name, with what the row says to a reader. */
export interface VariantOptions {
  readonly name: string;
  readonly title: string;
  readonly config: unknown;
  /** So many verified recognisers make the row complete. */
  readonly verifications?: number;
}

/** What belongs to a run whether it was computed or found in the cache. Methods throw a UserError where the disk refuses. */
export class RunRecord<S extends RunStore = Connection> {
  constructor(
    protected readonly store: S,
    readonly id: number,
  ) {}

  /** Records the result of a benchmark: its folds, its summary, its curves. Throws a UserError where one of its numbers is none. */
  verification(result: Verification): void {
    const { benchmark, folds, pairs, accuracy, accuracyStd, auc, eer } = result;
    for (const numbers of [{ pairs, accuracy, accuracyStd, auc, eer }, ...folds]) {
      requireNumbers(this.id, { ...numbers });
      for (const [name, value] of Object.entries(numbers))
        if (Number.isNaN(value))
          throw new UserError(
            `Run ${this.id} is given a result on ${benchmark} whose ${name} is NaN; verify again with a recogniser whose embeddings are finite.`,
          );
    }
    this.record({ kind: 'verification', result });
  }

  /** Records numbers that describe the whole run, as metrics of step 0. */
  summary(values: Record<string, number>): void {
    requireNumbers(this.id, values);
    this.record({ kind: 'summary', rows: metricRows(0, values) });
  }

  /** Records the variants that an experiment's run compares, in the order of its table; gives their numbers by name. */
  variants(this: RunRecord<Connection>, rows: readonly VariantOptions[]): ReadonlyMap<string, number> {
    return this.store.write((db) => {
      const values = rows.map((row, position) => ({ runId: this.id, position, ...row }));
      const ids = values.map(
        (value) => db.insert(variants).values(value).returning({ id: variants.id }).get().id,
      );
      return new Map(rows.map(({ name }, k) => [name, ids[k]]));
    });
  }

  /** Records that the run is part of a variant, and what it tells of it. */
  partOf(this: RunRecord<Connection>, variantId: number, role: VariantRole): void {
    this.store.write((db) => db.insert(variantRuns).values({ variantId, runId: this.id, role }).run());
  }

  /** Records a file, by its path relative to the artefact root: the folder the database lies in. */
  artefact(file: string, kind: string): void {
    const { root } = this.store;
    const path = relative(root, resolve(root, file));
    const digest = fileDigest(resolve(root, file));
    this.record({ kind: 'artefact', path, of: kind, ...digest, time: Date.now() });
  }

  /** Records a sentence for the person who reads the run's history. */
  event(level: EventLevel, message: string): void {
    this.record({ kind: 'event', level, message, time: Date.now() });
  }

  protected record(...entries: readonly Entry[]): void {
    this.store.record(this.id, entries);
  }
}

/** Numbers of a step as they are stored, all of this moment. */
export function metricRows(step: number, values: Readonly<Record<string, number>>): MetricRow[] {
  const time = Date.now();
  return Object.entries(values).map(([key, value]) => [key, step, Number.isNaN(value) ? null : value, time]);
}

/** Throws a UserError where a value is no number: what JavaScript passes by mistake, the database refuses only later, with all that was logged since. */
export function requireNumbers(run: number, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    if (typeof value !== 'number')
      throw new UserError(
        `Run ${run} is given ${name} = ${String(value)}, which is no number; log numbers only.`,
      );
}
