import { renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UNFINISHED, claimFolder, explainFileError, hashOf } from '@id3/core';
import type { Reader, RunTable } from '@id3/tracking';
import type { Entries, Wanted } from './entries.ts';
import { mlflowEntries } from './mlflow.ts';
import { select, type Selection } from './selection.ts';
import { writeCsv, writeParquet } from './tables.ts';
import { tensorboardEntries } from './tensorboard.ts';

const tableEntries =
  (extension: string, write: (selection: Selection, table: RunTable, path: string) => void) =>
  (selection: Selection, { tables }: Wanted): Entries =>
    new Map(tables.map((table) => [`${table}.${extension}`, (path) => write(selection, table, path)]));

/** The ways to export runs, by name. */
export const RUN_FORMATS: Readonly<Record<string, (selection: Selection, wanted: Wanted) => Entries>> = {
  tensorboard: tensorboardEntries,
  mlflow: mlflowEntries,
  parquet: tableEntries('parquet', writeParquet),
  csv: tableEntries('csv', writeCsv),
};

/**
 * Exports the runs of a database into a folder, all as of one moment whatever is written meanwhile. The same export again takes the place of what
 * it wrote before. Throws a UserError where there is no such experiment, the disk refuses, or the folder holds anything else.
 *
 * @returns how many experiments were exported
 */
export function exportRuns(reader: Reader, format: string, wanted: Wanted): number {
  const { out, experiment, tables, megabytes, overwrite } = wanted;
  return reader.read(() => {
    const selection = select(reader, experiment);
    const entries = RUN_FORMATS[format](selection, wanted);
    const of = hashOf({ database: resolve(reader.path), format, experiment, tables, megabytes });
    claimFolder(out, { of, names: [...entries.keys()] }, overwrite);
    for (const [name, write] of entries) replace(join(out, name), write);
    return selection.experiments.length;
  });
}

function replace(path: string, write: (path: string) => void): void {
  const unfinished = `${path}${UNFINISHED}`;
  try {
    rmSync(unfinished, { recursive: true, force: true });
    write(unfinished);
    rmSync(path, { recursive: true, force: true });
    renameSync(unfinished, path);
  } catch (error) {
    throw explainFileError(error, path);
  }
}
