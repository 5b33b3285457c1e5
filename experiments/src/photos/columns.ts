import { resolve } from 'node:path';
import { UserError } from '@id3/core';
import type { Config } from '../config/schema.ts';
import { readPhotoBenchmarks, type PhotoBenchmark } from './set.ts';

/** The benchmarks of photos of an experiment, in the order of their columns. Throws a UserError where one cannot be a column. */
export const photoBenchmarks = ({ benchmarks, image }: Config): PhotoBenchmark[] =>
  readPhotoBenchmarks(
    (benchmarks.folders ?? []).map((folder) => resolve(folder)),
    image.size,
    benchmarks.names,
  );

/** All benchmarks of an experiment by the names of their columns, rendered ones first. */
export const columnNames = (config: Config): string[] => [
  ...config.benchmarks.names,
  ...photoBenchmarks(config).map(({ name }) => name),
];

/** The column on whose pairs f's threshold is chosen. Throws a UserError where there is none of the name that the config gives. */
export function thresholdColumn(config: Config): string {
  const names = columnNames(config);
  const { threshold = names[0] } = config.benchmarks;
  if (!names.includes(threshold))
    throw new UserError(
      `benchmarks.threshold is ${JSON.stringify(threshold)}, which is none of this experiment's benchmarks; choose from ${names.join(', ')}.`,
    );
  return threshold;
}
