import { readFileSync, statSync } from 'node:fs';
import { UserError } from '@id3/core';
import {
  getArtefacts,
  getRun,
  getVariantRuns,
  getVariants,
  listExperiments,
  listMakers,
  NoArtefact,
  resolveArtefactFile,
  type Maker,
  type Reader,
  type RunRow,
} from '@id3/tracking';
import { curvesIn, type Curves } from '../curves.ts';
import { requestedResults, type TableRequest } from '../export.ts';
import { readMeasures, type MeasuredRow } from '../measures.ts';
import type { ResultTable } from '../tabulate.ts';

/** Faces that a variant's model made, as a file of the database has them. */
export interface Picture {
  /** The row that it is of. */
  readonly title: string;
  readonly path: string;
  /** A PNG; undefined where the file is gone, is none, or is longer than a report may be. */
  readonly png: Uint8Array | undefined;
}

/** All that a report shows. */
export interface ReportData {
  readonly experiment: string;
  readonly run: RunRow;
  readonly table: ResultTable;
  readonly curves: readonly Curves[];
  readonly measures: readonly MeasuredRow[];
  /** The runs that computed what the results rest on. */
  readonly makers: readonly Maker[];
  readonly pictures: readonly Picture[];
  /** By which its baseline, benchmarks and seeds were chosen. */
  readonly request: TableRequest;
}

/** Reads what a report shows, all as of one moment. Throws a UserError that names what is missing. */
export const readReport = (reader: Reader, request: TableRequest, maxBytes: number): ReportData =>
  reader.read(() => {
    const { run: id, variants, options, table } = requestedResults(reader, request);
    const run = getRun(reader, id)!;
    const experiment = listExperiments(reader).find((one) => one.id === run.experimentId)!.name;
    if (table.columns.length === 0)
      throw new UserError(
        `Run ${id} of ${experiment} has no results yet; there is a report as soon as one recogniser is verified.`,
      );
    return {
      experiment,
      run,
      table,
      curves: curvesIn(variants, options),
      measures: readMeasures(reader, id),
      makers: listMakers(reader, id),
      pictures: readPictures(reader, id, maxBytes),
      request,
    };
  });

/** The sample grids of a table's rows, each file once. */
function readPictures(reader: Reader, runId: number, maxBytes: number): Picture[] {
  const variants = getVariants(reader, runId);
  const titles = new Map(variants.map(({ id, title }) => [id, title]));
  const grids = getVariantRuns(reader, [...titles.keys()]).filter(({ role }) => role === 'sample-grid');
  const pictures = grids.flatMap(({ variantId, run }) =>
    getArtefacts(reader, run.id)
      .filter(({ path }) => path.toLowerCase().endsWith('.png'))
      .map(({ path }) => ({ title: titles.get(variantId)!, path })),
  );
  const byPath = new Map(pictures.reverse().map((picture) => [picture.path, picture]));
  return [...byPath.values()]
    .reverse()
    .map((picture) => ({ ...picture, png: readPng(reader.root, picture.path, maxBytes) }));
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** A PNG's signature and its first chunk, which has its size. */
const MIN_PNG = 33;

function readPng(root: string, path: string, maxBytes: number): Uint8Array | undefined {
  try {
    const file = resolveArtefactFile(root, path);
    if (statSync(file).size > maxBytes) return undefined;
    const bytes = readFileSync(file);
    const isPng = bytes.length >= MIN_PNG && SIGNATURE.every((byte, k) => bytes[k] === byte);
    return isPng ? bytes : undefined;
  } catch (error) {
    // The rest of the report does not depend on it.
    if (error instanceof NoArtefact || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
