import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { command } from '@id3/cli';
import { UserError, writeFileAtomic } from '@id3/core';

export const exportTable = command({
  name: 'export-table',
  target: 'tools:export-table',
  summary: "Writes an experiment's table of variants × benchmarks, read from the database alone.",
  examples: [['--format=latex --out=table.tex', 'the newest table, for a paper']],
  async options() {
    const { FORMATS } = await import('@id3/report');
    return {
      database: {
        type: 'string',
        path: true,
        default: 'artefacts/tracking.sqlite',
        describe: 'the tracking database',
      },
      experiment: {
        type: 'string',
        describe: 'the experiment whose newest table is written',
        defaultDescription: 'the newest of all',
      },
      run: { type: 'string', describe: "the number of the experiment's run, instead" },
      baseline: {
        type: 'string',
        describe: 'the variant that others are compared with',
        defaultDescription: 'full',
      },
      benchmarks: { type: 'string', describe: 'only these, separated by commas' },
      seeds: { type: 'string', describe: 'only these, separated by commas' },
      format: { choices: Object.keys(FORMATS), default: 'markdown', describe: 'latex needs booktabs' },
      out: { type: 'string', path: true, describe: 'the file to write', defaultDescription: 'the terminal' },
    } as const;
  },
  async run({ database, out, ...request }) {
    if (out !== undefined && statSync(out, { throwIfNoEntry: false })?.isDirectory())
      throw new UserError(`${out} is a folder; name the file to write by --out.`);
    const { exportTable } = await import('@id3/report');
    const { openReader } = await import('@id3/tracking');
    const reader = openReader(resolve(database));
    const { text } = exportTable(reader, request);
    reader.close();
    if (out === undefined) process.stdout.write(text);
    else writeFileAtomic(resolve(out), text);
  },
});
