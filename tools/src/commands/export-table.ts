import { resolve } from 'node:path';
import { command } from '@id3/cli';
import { writeFileAtomic } from '@id3/core';
import { atOutFile } from './out-file.ts';
import { tableOptions } from './table-options.ts';

export const exportTable = command({
  name: 'export-table',
  target: 'tools:export-table',
  summary: "Writes an experiment's table of variants × benchmarks, read from the database alone.",
  examples: [['--format=latex --out=table.tex', 'the newest table, for a paper']],
  async options() {
    const { FORMATS } = await import('@id3/report');
    return {
      ...tableOptions,
      format: { choices: Object.keys(FORMATS), default: 'markdown', describe: 'latex needs booktabs' },
      out: { type: 'string', path: true, describe: 'the file to write', defaultDescription: 'the terminal' },
    } as const;
  },
  async run({ database, out, ...request }) {
    if (out !== undefined) atOutFile(out);
    const { exportTable } = await import('@id3/report');
    const { openReader } = await import('@id3/tracking');
    const reader = openReader(resolve(database));
    const { text } = exportTable(reader, request);
    reader.close();
    if (out === undefined) process.stdout.write(text);
    else writeFileAtomic(resolve(out), text);
  },
});
