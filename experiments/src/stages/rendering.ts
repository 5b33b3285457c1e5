import { join } from 'node:path';
import {
  DatasetWriter,
  FaceRenderer,
  MANIFEST_FILE,
  poolItem,
  renderItems,
  type Manifest,
  type Pool,
  type Prior,
  type RenderItem,
} from '@id3/data';
import { planBenchmark, type BenchmarkName } from '@id3/eval';
import type { Stage, StageContext, StageInputs } from './stage.ts';

/** A shard is what a killed rendering repeats at most. */
const MOST_PER_SHARD = 512;
const LEAST_SHARDS = 16;
const SECONDS_PER_IMAGE = 0.01;

interface PoolInputs extends StageInputs {
  seed: number;
  pool: 'pretrain' | 'train';
  size: number;
  people: number;
  shotsPerPerson: number;
  prior: Prior;
}

interface BenchmarkInputs extends StageInputs {
  seed: number;
  benchmark: BenchmarkName;
  size: number;
  pairs: number;
  folds: number;
}

const imagesPerShard = (count: number): number => Math.min(MOST_PER_SHARD, Math.ceil(count / LEAST_SHARDS));

function writerOf({ inputs, folder }: StageContext<{ size: number } & StageInputs>, count: number) {
  return DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: inputs as Manifest['spec'],
    height: inputs.size,
    width: inputs.size,
    count,
    imagesPerShard: imagesPerShard(count),
  });
}

/** One for all tasks of a worker: it takes a second to load. */
let renderer: Promise<FaceRenderer> | undefined;

/** Renders this part's shards of a dataset of people of a pool. */
async function render(
  context: StageContext<{ seed: number; size: number } & StageInputs, never>,
  pool: Pool,
  count: number,
  item: (index: number) => RenderItem,
): Promise<void> {
  const { inputs, part, parts, progress } = context;
  const writer = writerOf(context, count);
  const faces = await (renderer ??= FaceRenderer.load());
  for (let k = part; k < writer.shards; k += parts) {
    const [from, to] = writer.shardRange(k);
    if (!writer.hasShard(k)) {
      const items = Array.from({ length: to - from }, (_, i) => item(from + i));
      writer.writeShard(k, renderItems(faces, { ...inputs, pool }, items));
    }
    progress(Math.floor((k - part) / parts) + 1, Math.ceil((writer.shards - part) / parts));
  }
}

const poolCount = ({ people, shotsPerPerson }: PoolInputs): number => people * shotsPerPerson;
const shards = (count: number): number => Math.ceil(count / imagesPerShard(count));
const recordDataset: Stage['record'] = (run, folder) => run.artefact(join(folder, MANIFEST_FILE), 'dataset');

/** Renders the people of a pool. */
export const poolRendering: Stage<PoolInputs, never> = {
  name: 'render-pool',
  version: 1,
  cost: (inputs) => SECONDS_PER_IMAGE * poolCount(inputs),
  maxParts: (inputs) => shards(poolCount(inputs)),
  async run(context) {
    const { pool, shotsPerPerson } = context.inputs;
    await render(context, pool, poolCount(context.inputs), (index) =>
      poolItem(context.inputs, Math.floor(index / shotsPerPerson), index % shotsPerPerson),
    );
  },
  finish: async (context) => writerOf(context, poolCount(context.inputs)).finish(),
  record: recordDataset,
};

const benchmarkPlan = ({ benchmark: name, seed, pairs, folds }: BenchmarkInputs) =>
  planBenchmark({ name, seed, pairs, folds });

/** Renders a verification benchmark of people of the `test` pool. */
export const benchmarkRendering: Stage<BenchmarkInputs, never> = {
  name: 'render-benchmark',
  version: 2,
  // Every pair has its images to itself at worst.
  cost: ({ pairs }) => SECONDS_PER_IMAGE * 2 * pairs,
  maxParts: () => LEAST_SHARDS,
  async run(context) {
    const { images } = benchmarkPlan(context.inputs);
    await render(context, 'test', images.length, (index) => images[index]);
  },
  async finish(context) {
    const { images, pairs } = benchmarkPlan(context.inputs);
    writerOf(context, images.length).finish({ pairs });
  },
  record: recordDataset,
};
