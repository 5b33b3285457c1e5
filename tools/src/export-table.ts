import { resolve } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { exportTable } from '@id3/report';
import { openReader } from '@id3/tracking';
import { main } from './main.ts';

await main({
  name: 'export-table',
  summary: "Writes an experiment's table of variants × benchmarks, read from the database alone.",
  options: {
    database: { default: 'artefacts/tracking.sqlite', help: 'the tracking database' },
    experiment: { help: 'the experiment whose newest table is written (default: the newest of all)' },
    run: { help: "the number of the experiment's run, instead" },
    baseline: { help: 'the variant that others are compared with (default: full)' },
    benchmarks: { help: 'only these, separated by commas' },
    seeds: { help: 'only these, separated by commas' },
    format: { default: 'markdown', help: 'markdown, csv, latex (booktabs) or json' },
    out: { help: 'the file to write (default: the terminal)' },
  },
  run({ database, out, ...request }) {
    const reader = openReader(resolve(database));
    const { text } = exportTable(reader, request);
    reader.close();
    if (out === undefined) process.stdout.write(text);
    else writeFileAtomic(resolve(out), text);
  },
});
