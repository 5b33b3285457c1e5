import type { Dataset } from '@id3/data';
import type { BenchmarkName } from '@id3/eval';
import type { Config } from './config/schema.ts';
import { shapeOf } from './config/sections.ts';
import type { Choice } from './photos/choose.ts';
import { photoBenchmarks } from './photos/columns.ts';
import type { PhotoSet } from './photos/set.ts';
import { drawnPhotos, trainingPhotos, withoutOf } from './photos/training.ts';
import type { NodeAbout, Plan, PlanNode } from './plan.ts';
import { photoBenchmarkStage } from './stages/photo-benchmark.ts';
import { photoPoolStage } from './stages/photo-pool.ts';
import { renderBenchmarkStage } from './stages/render-benchmark.ts';
import { renderPoolStage } from './stages/render-pool.ts';

type PoolName = Exclude<keyof Config['data'], 'trainFolder' | 'overlap' | 'prior'>;

/** Adds to a plan, on demand, the datasets of one config that no generator makes. */
export class Datasets {
  constructor(
    protected readonly plan: Plan,
    protected readonly config: Config,
    protected readonly variant: string,
  ) {}

  pool(pool: PoolName): PlanNode<Dataset> {
    const { seed, image, data } = this.config;
    if (pool === 'train' && data.trainFolder !== '') return this.photos();
    const inputs = { seed, pool, ...shapeOf(image), ...data[pool], prior: data.prior };
    return this.plan.add(renderPoolStage, inputs, {}, this.about(pool));
  }

  /** The benchmark of a column. */
  benchmark(name: string): PlanNode<Dataset> {
    const benchmark = this.config.benchmarks.names.find((rendered) => rendered === name);
    return benchmark === undefined ? this.photoBenchmark(name) : this.renderedBenchmark(benchmark);
  }

  /** What the ceiling is trained on: the `train` pool, which its row's config makes as large as what is generated; of photos as many. */
  ceiling(): PlanNode<Dataset> {
    if (this.config.data.trainFolder === '') return this.pool('train');
    // As many people too; f and measures are of the whole pool.
    const { set, choice } = drawnPhotos(this.config);
    return this.chosenPhotos(set, choice, 'ceiling');
  }

  protected about(label?: string): NodeAbout {
    return { variant: this.variant, label };
  }

  private renderedBenchmark(benchmark: BenchmarkName): PlanNode<Dataset> {
    const { seed, image, benchmarks } = this.config;
    const { people: pool, pairs, folds } = benchmarks;
    const inputs = { seed, benchmark, pool, ...shapeOf(image), pairs, folds };
    return this.plan.add(renderBenchmarkStage, inputs, {}, this.about(benchmark));
  }

  private photoBenchmark(name: string): PlanNode<Dataset> {
    const { folder, hash } = photoBenchmarks(this.config).find((one) => one.name === name)!;
    const inputs = { folder, manifest: hash, ...shapeOf(this.config.image) };
    return this.plan.add(photoBenchmarkStage, inputs, {}, this.about(name));
  }

  /** A dataset of photos in the place of the rendered `train` pool. */
  private photos(): PlanNode<Dataset> {
    const { set, without } = trainingPhotos(this.config);
    return this.chosenPhotos(set, withoutOf(without), 'train');
  }

  private chosenPhotos({ folder, hash }: PhotoSet, choice: Choice, label: string): PlanNode<Dataset> {
    const inputs = { folder, manifest: hash, ...shapeOf(this.config.image), ...choice };
    return this.plan.add(photoPoolStage, inputs, {}, this.about(label));
  }
}
