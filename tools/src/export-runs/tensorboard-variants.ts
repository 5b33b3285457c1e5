import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '@id3/core';
import { experimentEvent, scalarEvent, sessionEndEvent, sessionStartEvent, type HParam } from '@id3/formats';
import {
  AVERAGES,
  benchmarksOf,
  differingFields,
  flatten,
  listTables,
  readResults,
  type Replicate,
  type VariantResults,
} from '@id3/report';
import { eventFile, writeEvents } from './event-file.ts';
import { FileNames } from './names.ts';
import type { Selection } from './selection.ts';

/** The newest table of an experiment. */
interface Table {
  readonly experimentId: number;
  readonly experiment: string;
  readonly seconds: number;
  readonly variants: readonly VariantResults[];
}

/** What sessions are compared by. */
export interface Compared {
  readonly tables: readonly Table[];
  readonly seconds: number;
  /** The config's fields in which variants differ. */
  readonly fields: readonly string[];
  /** Benchmarks and averages that some recogniser has. */
  readonly columns: readonly string[];
  readonly event: Uint8Array;
}

/** The variants of the newest table of each experiment, for TensorBoard's HPARAMS; undefined where none is verified. */
export function hparamsOf({ reader, experiments }: Selection): Compared | undefined {
  const all = listTables(reader);
  const tables = experiments.flatMap(({ id, name }): Table[] => {
    const newest = all.find(({ run }) => run.experimentId === id)?.run;
    if (newest === undefined) return [];
    const variants = readResults(reader, newest.id).filter(({ replicates }) => replicates.length > 0);
    if (variants.length === 0) return [];
    return [{ experimentId: id, experiment: name, seconds: newest.startedAt / 1000, variants }];
  });
  if (tables.length === 0) return undefined;
  const variants = tables.flatMap((table) => table.variants.map((variant) => ({ table, variant })));
  const fields = differingFields(variants.map(({ variant }) => variant));
  const columns = [
    ...new Set(
      variants.flatMap(({ variant }) => variant.replicates.flatMap((one) => Object.keys(accuracies(one)))),
    ),
  ];
  const values = variants.map(({ table, variant }) => hparams(table, variant, fields));
  const hparamColumns = ['experiment', 'variant', ...fields].map((name) => ({
    name,
    values: values.flatMap((one) => (one[name] === undefined ? [] : [one[name]])),
  }));
  const seconds = Math.min(...tables.map((table) => table.seconds));
  const metrics = columns.map((column) => ({ tag: accuracyTag(column), title: column }));
  return { tables, seconds, fields, columns, event: experimentEvent(seconds, hparamColumns, metrics) };
}

/** Writes a session for each verified recogniser, those of one variant as a group. */
export function writeSessions(folder: string, table: Table, { fields }: Compared): void {
  const names = new FileNames();
  for (const variant of table.variants)
    for (const replicate of variant.replicates) {
      const { generator, dataset, seed } = replicate;
      const levels = [generator > 0 ? `generator ${generator}` : '', dataset > 0 ? `dataset ${dataset}` : ''];
      const session = [variant.name, ...levels.filter((level) => level !== ''), `seed ${seed}`].join(' ');
      const path = join(folder, 'variants', names.of(session));
      mkdirSync(path, { recursive: true });
      const at = { seconds: table.seconds, step: 0 };
      writeEvents(join(path, eventFile(table.seconds)), table.seconds, [
        sessionStartEvent(
          table.seconds,
          `${variant.name}, ${table.experiment}`,
          hparams(table, variant, fields),
        ),
        ...Object.entries(accuracies(replicate)).map(([column, accuracy]) =>
          scalarEvent(at, accuracyTag(column), accuracy),
        ),
        sessionEndEvent(table.seconds, 'success'),
      ]);
    }
}

const accuracyTag = (column: string): string => `accuracy/${column}`;

/** Of one recogniser: its accuracy on each benchmark and the averages of each kind, as shares. */
function accuracies({ folds }: Replicate): Record<string, number> {
  const benchmarks = Object.keys(folds);
  const columns = [...AVERAGES, ...benchmarks].flatMap((column): [string, number][] => {
    const members = benchmarksOf(column, benchmarks);
    return members.length === 0 ? [] : [[column, mean(members.map((name) => mean(folds[name])))]];
  });
  return Object.fromEntries(columns);
}

function hparams(
  { experiment }: Table,
  { name, config }: VariantResults,
  fields: readonly string[],
): Record<string, HParam> {
  const all = flatten(config);
  const differing = fields.flatMap((field): [string, HParam][] => {
    const value = all[field];
    return value === undefined ? [] : [[field, isHParam(value) ? value : JSON.stringify(value)]];
  });
  return { experiment, variant: name, ...Object.fromEntries(differing) };
}

const isHParam = (value: unknown): value is HParam => ['string', 'number', 'boolean'].includes(typeof value);
