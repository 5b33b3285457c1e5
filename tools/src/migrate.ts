import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '@id3/core';
import { openDatabase } from '@id3/tracking';
import { main } from './main.ts';

await main({
  name: 'migrate',
  summary: 'Brings a tracking database of an older version up to date; a newer or foreign one is refused.',
  options: { database: { default: 'artefacts/tracking.sqlite', help: 'the tracking database' } },
  run({ database }) {
    const path = resolve(database);
    if (!existsSync(path))
      throw new UserError(`There is no database at ${path}; name it with --database=FILE.`);
    openDatabase(path).close();
    console.log(`${path} is up to date.`);
  },
});
