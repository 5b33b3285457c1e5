import { resolve } from 'node:path';
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
