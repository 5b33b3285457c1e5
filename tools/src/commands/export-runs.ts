import { resolve } from 'node:path';
import { command, wholeNumber } from '@id3/cli';
import { tableOptions } from './table-options.ts';

export const exportRuns = command({
  name: 'export-runs',
  target: 'tools:export-runs',
  summary: 'Writes runs for TensorBoard or MLflow, or as tables in CSV or Parquet.',
  details:
    'All is as of one moment, also while experiments go on. The same command again brings the folder up to date.',
  examples: [
    ['--format=tensorboard --out=logs', 'then `tensorboard --logdir=logs`'],
    ['--format=parquet --out=tables --tables=runs,metrics', 'for pandas, R, DuckDB'],
  ],
  async options() {
    const { RUN_FORMATS } = await import('../export-runs/index.ts');
    const { RUN_TABLES } = await import('@id3/tracking');
    return {
      database: tableOptions.database,
      experiment: {
        type: 'string',
        describe: 'only the runs of this experiment',
        defaultDescription: 'all',
      },
      format: {
        choices: Object.keys(RUN_FORMATS),
        demandOption: true,
        describe: "mlflow: MLflow's file store",
      },
      out: { type: 'string', path: true, demandOption: true, describe: 'the folder to write to' },
      tables: {
        describe: `of csv and parquet, separated by commas: ${RUN_TABLES.join(', ')}`,
        defaultDescription: 'all',
        coerce: (text: string) => {
          const tables = RUN_TABLES.filter((table) => text.split(',').includes(table));
          if (tables.length === text.split(',').length) return tables;
          throw new Error(`some of ${RUN_TABLES.join(', ')}, each once`);
        },
      },
      megabytes: {
        describe: "of mlflow: a run's files up to this size are copied",
        default: 4,
        coerce: wholeNumber(0),
      },
      overwrite: {
        type: 'boolean',
        default: false,
        describe: 'removes another export from the folder',
      },
    } as const;
  },
  async run({ database, format, out, experiment, tables, megabytes, overwrite }) {
    const { exportRuns } = await import('../export-runs/index.ts');
    const { openReader, RUN_TABLES } = await import('@id3/tracking');
    const reader = openReader(resolve(database));
    try {
      const wanted = { out, experiment, tables: tables ?? RUN_TABLES, megabytes, overwrite };
      const experiments = exportRuns(reader, format, wanted);
      console.log(
        `${out}: ${experiments === 1 ? '1 experiment' : `${experiments} experiments`} as ${format}.`,
      );
    } finally {
      reader.close();
    }
  },
});
