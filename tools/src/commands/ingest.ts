import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { command } from '@id3/cli';
import { UserError } from '@id3/core';

export const ingest = command({
  name: 'ingest',
  target: 'tools:ingest',
  summary: 'Takes what the jobs of a cluster have written in their journals into the tracking database.',
  details:
    'The command that is attached to the jobs does so by itself. What was taken once is not taken again.',
  examples: [['--out=/shared/id3 --watch', 'again every few seconds, for a dashboard']],
  options: {
    out: { type: 'string', path: true, describe: 'folder of the results', default: 'artefacts' },
    watch: { type: 'boolean', describe: 'go on until Ctrl-C', default: false },
  },
  async run({ out, watch }) {
    const root = resolve(out);
    if (!existsSync(`${root}/cluster`))
      throw new UserError(`Nothing was submitted to a cluster for ${root}; name the folder with --out.`);
    const { takeJournalsOf } = await import('@id3/experiments/cluster');
    await takeJournalsOf(root, watch);
  },
});
