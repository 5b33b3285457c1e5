import { command, fromWhereOneStands, wholeNumber, type Options } from '@id3/cli';
import { databaseOption } from './options.ts';

const { ID3_DATABASE } = process.env;

const options = {
  database: {
    ...databaseOption,
    default: ID3_DATABASE ? fromWhereOneStands(ID3_DATABASE) : databaseOption.default,
    defaultDescription: `ID3_DATABASE, or else ${databaseOption.default}`,
    describe: 'the tracking database',
  },
  port: { default: 3000, describe: 'port to listen on; 0 takes a free one', coerce: wholeNumber(0, 65_535) },
  host: {
    type: 'string',
    default: '127.0.0.1',
    describe: 'address to listen on; the default is reached from this machine alone',
  },
  'allow-host': {
    type: 'string',
    describe: 'names by which browsers reach it, where that is not this machine; separated by commas',
  },
} as const satisfies Options;

const serving = (mode: 'start' | 'dev', summary: string, details: string) =>
  command({
    name: `dashboard-${mode}`,
    target: `dashboard:${mode}`,
    summary,
    details,
    examples: [['--database=artefacts/tracking.sqlite --port=8080', 'another port']],
    options,
    async run({ 'allow-host': hosts, ...values }) {
      const { serve } = await import('../serve.ts');
      await serve(mode, { ...values, hosts });
    },
  });

export const start = serving(
  'start',
  'Serves the dashboard over a tracking database.',
  'It must have been built: the Nx target builds it first.',
);
export const dev = serving(
  'dev',
  'Serves the dashboard while its code is changed.',
  'Pages are compiled when they are first opened.',
);
