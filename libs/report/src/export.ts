import { UserError } from '@id3/core';
import type { Readable } from '@id3/tracking';
import { csvTable } from './formats/csv.ts';
import { jsonTable } from './formats/json.ts';
import { latexTable } from './formats/latex.ts';
import { markdownTable } from './formats/markdown.ts';
import { findTable, readResults } from './results.ts';
import { readNotes } from './notes.ts';
import { tabulate, type ResultTable } from './tabulate.ts';

interface Format {
  /** What a person calls it. */
  readonly title: string;
  /** Of a file. */
  readonly extension: string;
  /** The media type. */
  readonly type: string;
  readonly write: (table: ResultTable) => string;
}

/** The ways to write a table, by name. */
export const FORMATS: Readonly<Record<string, Format>> = {
  markdown: {
    title: 'Markdown',
    extension: 'md',
    type: 'text/markdown; charset=utf-8',
    write: markdownTable,
  },
  csv: { title: 'CSV', extension: 'csv', type: 'text/csv; charset=utf-8', write: csvTable },
  latex: {
    title: 'LaTeX (booktabs)',
    extension: 'tex',
    type: 'application/x-tex; charset=utf-8',
    write: latexTable,
  },
  json: { title: 'JSON', extension: 'json', type: 'application/json; charset=utf-8', write: jsonTable },
};

/** Which table is asked for, as texts of a command line or a URL. Lists are separated by commas. */
export interface TableRequest {
  /** The number of an experiment's run; the newest where undefined. */
  readonly run?: string;
  readonly experiment?: string;
  readonly baseline?: string;
  readonly benchmarks?: string;
  readonly seeds?: string;
}

/** A table as a file of one of {@link FORMATS}. */
export interface ExportRequest extends TableRequest {
  readonly format?: string;
}

/** The table that is asked for. Throws a UserError that names what is missing. */
export const requestedTable = (database: Readable, request: TableRequest): ResultTable =>
  requestedResults(database, request).table;

/** {@link requestedTable} with the run that it is of and what it is made from; `options` make another table of the same choices. */
export function requestedResults(database: Readable, request: TableRequest) {
  const run = findTable(database, { run: whole('run', request.run), experiment: request.experiment });
  const variants = readResults(database, run);
  const options = {
    benchmarks: request.benchmarks?.split(','),
    seeds: request.seeds?.split(',').map((seed) => whole('seed', seed)!),
  };
  const notes = readNotes(database, run);
  return {
    run,
    variants,
    options,
    table: tabulate(variants, { ...options, notes, baseline: request.baseline }),
  };
}

/** The table as a file: what `tools:export-table` writes and what the dashboard sends, byte for byte. */
export function exportTable(database: Readable, request: ExportRequest): { text: string; format: Format } {
  const format = formatNamed(request.format ?? 'markdown');
  return { text: format.write(requestedTable(database, request)), format };
}

function formatNamed(name: string): Format {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name];
  throw new UserError(`There is no format "${name}"; choose one of ${Object.keys(FORMATS).join(', ')}.`);
}

function whole(what: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UserError(`The ${what} is "${text}"; expected a whole number.`);
}
