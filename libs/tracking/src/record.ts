import { relative, resolve } from 'node:path';
import { UserError, fileDigest } from '@id3/core';
import type { Connection } from './connection.ts';
import {
  artefacts,
  events,
  metricSummaries,
  metrics,
  scoreCurves,
  variantRuns,
  variants,
  verificationFolds,
  verificationSummaries,
  type CurveKind,
  type EventLevel,
  type VariantRole,
} from './schema.ts';

/** The result of one verification benchmark; accuracies, AUC, EER and rates are shares from 0 to 1. */
export interface Verification {
  benchmark: string;
  pairs: number;
  accuracy: number;
  accuracyStd: number;
  auc: number;
  eer: number;
  tarAtFar: Record<string, number>;
  folds: { fold: number; accuracy: number; threshold: number }[];
  curves?: { kind: CurveKind; points: [number, number][] }[];
}

/** A row of an experiment's table: a config under a name, with what the row says to a reader. */
export interface VariantOptions {
  readonly name: string;
  readonly title: string;
  readonly config: unknown;
  /** So many verified recognisers make the row complete. */
  readonly verifications?: number;
}

/** What belongs to a run whether it was computed or found in the cache. Methods throw a UserError where the disk refuses. */
export class RunRecord {
  constructor(
    protected readonly database: Connection,
    readonly id: number,
  ) {}

  /** Records the result of a benchmark: its folds, its summary, its curves. Throws a UserError where one of its numbers is none. */
  verification(result: Verification): void {
    const { benchmark, folds, curves = [], ...summary } = result;
    const { pairs, accuracy, accuracyStd, auc, eer } = summary;
    for (const numbers of [{ pairs, accuracy, accuracyStd, auc, eer }, ...folds]) {
      requireNumbers(this.id, { ...numbers });
      for (const [name, value] of Object.entries(numbers))
        if (Number.isNaN(value))
          throw new UserError(
            `Run ${this.id} is given a result on ${benchmark} whose ${name} is NaN; verify again with a recogniser whose embeddings are finite.`,
          );
    }
    this.database.write((db) => {
      db.insert(verificationSummaries)
        .values({ runId: this.id, benchmark, ...summary })
        .run();
      for (const fold of folds)
        db.insert(verificationFolds)
          .values({ runId: this.id, benchmark, ...fold })
          .run();
      for (const curve of curves)
        db.insert(scoreCurves)
          .values({ runId: this.id, benchmark, ...curve })
          .run();
    });
  }

  /** Records numbers that describe the whole run, as metrics of step 0. */
  summary(values: Record<string, number>): void {
    requireNumbers(this.id, values);
    const time = Date.now();
    this.database.write((db) => {
      for (const [key, value] of Object.entries(values)) {
        const metric = { runId: this.id, key, step: 0, value };
        db.insert(metrics)
          .values({ ...metric, time })
          .run();
        db.insert(metricSummaries)
          .values({ ...metric, min: value, max: value })
          .run();
      }
    });
  }

  /** Records the variants that an experiment's run compares, in the order of its table; gives their numbers by name. */
  variants(rows: readonly VariantOptions[]): ReadonlyMap<string, number> {
    return this.database.write((db) => {
      const values = rows.map((row, position) => ({ runId: this.id, position, ...row }));
      const ids = values.map(
        (value) => db.insert(variants).values(value).returning({ id: variants.id }).get().id,
      );
      return new Map(rows.map(({ name }, k) => [name, ids[k]]));
    });
  }

  /** Records that the run is part of a variant, and what it tells of it. */
  partOf(variantId: number, role: VariantRole): void {
    this.database.write((db) => db.insert(variantRuns).values({ variantId, runId: this.id, role }).run());
  }

  /** Records a file, by its path relative to the artefact root: the folder the database lies in. */
  artefact(file: string, kind: string): void {
    const { root } = this.database;
    const path = relative(root, resolve(root, file));
    const { sha256, bytes } = fileDigest(resolve(root, file));
    this.database.write((db) =>
      db.insert(artefacts).values({ runId: this.id, path, kind, sha256, bytes, createdAt: Date.now() }).run(),
    );
  }

  /** Records a sentence for the person who reads the run's history. */
  event(level: EventLevel, message: string): void {
    this.database.write((db) =>
      db.insert(events).values({ runId: this.id, level, message, time: Date.now() }).run(),
    );
  }
}

/** Throws a UserError where a value is no number: what JavaScript passes by mistake, the database refuses only later, with all that was logged since. */
export function requireNumbers(run: number, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    if (typeof value !== 'number')
      throw new UserError(
        `Run ${run} is given ${name} = ${String(value)}, which is no number; log numbers only.`,
      );
}
