import type { Stage } from './stage.ts';

/** Images of a shard, which is what a killed rendering repeats at most. */
const IMAGES_PER_SHARD = 512;
const SECONDS_PER_IMAGE = 0.01;

interface PoolInputs extends Record<string, unknown> {
  seed: number;
  pool: 'pretrain' | 'train';
  size: number;
  people: number;
  shotsPerPerson: number;
}

/** Renders the people of a pool. */
export const poolRendering: Stage<PoolInputs, never> = {
  name: 'render-pool',
  version: 1,
  cost: ({ people, shotsPerPerson }) => SECONDS_PER_IMAGE * people * shotsPerPerson,
  maxParts: ({ people, shotsPerPerson }) => Math.ceil((people * shotsPerPerson) / IMAGES_PER_SHARD),
  async run() {
    throw new Error('awaits libs/data/rendered');
  },
};

interface BenchmarkInputs extends Record<string, unknown> {
  seed: number;
  benchmark: string;
  size: number;
  pairs: number;
  folds: number;
}

/** Renders a verification benchmark of people of the `test` pool. */
export const benchmarkRendering: Stage<BenchmarkInputs, never> = {
  name: 'render-benchmark',
  version: 1,
  cost: ({ pairs }) => SECONDS_PER_IMAGE * 2 * pairs,
  maxParts: ({ pairs }) => Math.ceil((2 * pairs) / IMAGES_PER_SHARD),
  async run() {
    throw new Error('awaits libs/eval benchmarks');
  },
};
