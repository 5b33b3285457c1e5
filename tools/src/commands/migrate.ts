import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { command } from '@id3/cli';
import { UserError } from '@id3/core';

export const migrate = command({
  name: 'migrate',
  target: 'tools:migrate',
  summary: 'Brings a tracking database of an older version up to date.',
  details: 'A newer or foreign one is refused.',
  options: {
    database: {
      type: 'string',
      path: true,
      describe: 'the tracking database',
      default: 'artefacts/tracking.sqlite',
    },
  },
  async run({ database }) {
    const path = resolve(database);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new UserError(`There is no database file ${path}; name it with --database=FILE.`);
    const { openDatabase } = await import('@id3/tracking');
    openDatabase(path).close();
    console.log(`${path} is up to date.`);
  },
});
