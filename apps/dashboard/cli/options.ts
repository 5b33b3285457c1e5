import type { Options } from '@id3/cli';

export const databaseOption = {
  type: 'string',
  path: true,
  default: 'artefacts/tracking.sqlite',
  describe: 'the database that the dashboard serves',
} as const;

/** What commands understand that visit a running dashboard. */
export const visitOptions = {
  url: { type: 'string', default: 'http://127.0.0.1:3000', describe: 'the dashboard' },
  database: databaseOption,
} as const satisfies Options;
