import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { command } from '@id3/cli';
import { explainFileError, UserError, writeFileAtomic } from '@id3/core';
import { atOutFile } from './out-file.ts';
import { tableOptions } from './table-options.ts';

export const exportReport = command({
  name: 'export-report',
  target: 'tools:export-report',
  summary: "Writes an experiment's report as one HTML file that needs no network.",
  details:
    'Findings, tables with intervals, charts, faces, config, and how to reproduce it; 5 MB at most. The dashboard sends the same bytes.',
  examples: [['--experiment=ablation-quick --out=report.html', 'opens in any browser']],
  options: {
    ...tableOptions,
    out: {
      type: 'string',
      path: true,
      describe: 'the file to write',
      defaultDescription: 'report-RUN.html',
    },
    overwrite: { type: 'boolean', default: false, describe: 'replaces a file that is no report, too' },
  },
  async run({ database, out, overwrite, ...request }) {
    const { BEGINNING, exportReport } = await import('@id3/report');
    const { openReader } = await import('@id3/tracking');
    if (out !== undefined) refuseToLose(out, overwrite, BEGINNING);
    const reader = openReader(resolve(database));
    try {
      const { text, name } = exportReport(reader, request);
      const file = out ?? name;
      refuseToLose(file, overwrite, BEGINNING);
      writeFileAtomic(resolve(file), text);
      console.log(`${file}: ${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB.`);
    } finally {
      reader.close();
    }
  },
});

/** A report is written over a report; over anything else only where that is wanted. */
function refuseToLose(file: string, overwrite: boolean, beginning: string): void {
  const found = atOutFile(file);
  if (found === undefined || overwrite) return;
  if (!found.isFile() || !beginsWith(file, Buffer.from(beginning)))
    throw new UserError(`${file} is there already and is no report; name another --out, or add --overwrite.`);
}

function beginsWith(path: string, beginning: Buffer): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const read = Buffer.alloc(beginning.length);
      readSync(file, read);
      return read.equals(beginning);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw explainFileError(error, path);
  }
}
