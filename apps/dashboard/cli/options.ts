import type { Options } from '@id3/cli';

export const databaseOption = {
  type: 'string',
  path: true,
  default: 'artefacts/tracking.sqlite',
  describe: 'the database that the dashboard serves',
} as const;

function webAddress(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new Error('an address such as http://127.0.0.1:3000');
}

/** What commands understand that visit a running dashboard. */
export const visitOptions = {
  url: { default: 'http://127.0.0.1:3000', describe: 'the dashboard', coerce: webAddress },
  database: databaseOption,
} as const satisfies Options;
