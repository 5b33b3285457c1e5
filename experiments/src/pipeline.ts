import { resolve } from 'node:path';
import { manifestHash, type Dataset } from '@id3/data';
import { fEmbeddingSize, type LoadedRecogniser } from '@id3/model';
import { FULL } from '@id3/report';
import type { Verification } from '@id3/tracking';
import type { Config } from './config/schema.ts';
import { Plan, type NodeAbout, type PlanNode } from './plan.ts';
import { anchorsStage } from './stages/anchors.ts';
import { committedDiffusionStage } from './stages/committed-diffusion.ts';
import { committedFStage } from './stages/committed-f.ts';
import { embedStage } from './stages/embed.ts';
import { faceApiFStage } from './stages/face-api-f.ts';
import { generateStage } from './stages/generate.ts';
import { measureStage } from './stages/measure.ts';
import { photoPoolStage } from './stages/photo-pool.ts';
import { renderBenchmarkStage } from './stages/render-benchmark.ts';
import { renderPoolStage } from './stages/render-pool.ts';
import { robustnessStage } from './stages/robustness.ts';
import type { Embeddings, Measures, SavedDiffusion } from './stages/results.ts';
import { sampleGridStage } from './stages/sample-grid.ts';
import { trainDiffusionStage } from './stages/train-diffusion.ts';
import { trainFStage } from './stages/train-f.ts';
import { trainRecogniserStage } from './stages/train-recogniser.ts';
import { verifyStage } from './stages/verify.ts';
import type { Variant } from './variants.ts';
import { FROM_SCRATCH, committedWeights, type CommittedWeights, type WeightsIndex } from './weights.ts';

/** What one variant of an experiment asks for: nodes of the plan that it shares with others. */
export interface Row {
  readonly variant: Variant;
  readonly config: Config;
  /** A picture of samples, in the full row. */
  readonly grid: PlanNode<Buffer> | undefined;
  /** The measures of what its recognisers are trained on, where they are asked for. */
  readonly measures: PlanNode<Measures> | undefined;
  /** The verification of the recogniser of each downstream seed. */
  readonly verifications: readonly {
    readonly seed: number;
    readonly node: PlanNode<readonly Verification[]>;
  }[];
}

/** Adds all stages of one config to a plan, on demand: what a target does not need is not there. */
export class Pipeline {
  constructor(
    private readonly plan: Plan,
    private readonly config: Config,
    private readonly variant: string,
    private readonly weights: WeightsIndex = committedWeights(),
  ) {}

  pool(pool: 'pretrain' | 'train'): PlanNode<Dataset> {
    const { seed, image, data } = this.config;
    if (pool === 'train' && data.trainFolder !== '') return this.photos(resolve(data.trainFolder));
    const inputs = { seed, pool, size: image.size, ...data[pool], prior: data.prior };
    return this.plan.add(renderPoolStage, inputs, {}, this.about(pool));
  }

  benchmark(benchmark: Config['benchmarks']['names'][number]): PlanNode<Dataset> {
    const { seed, image, benchmarks } = this.config;
    const { pairs, folds } = benchmarks;
    const inputs = { seed, benchmark, size: image.size, pairs, folds };
    return this.plan.add(renderBenchmarkStage, inputs, {}, this.about(benchmark));
  }

  f(): PlanNode<LoadedRecogniser> {
    const { source, whitenedSize } = this.config.f;
    if (source === 'face-api')
      return this.plan.add(faceApiFStage, { whitenedSize }, { dataset: this.pool('train') }, this.about());
    const weights = this.committed((scratch) => scratch.f());
    if (weights !== undefined) return this.plan.add(committedFStage, { weights }, {}, this.about());
    return this.trainedF();
  }

  diffusion(): PlanNode<SavedDiffusion> {
    const weights = this.committed((scratch) => scratch.diffusion());
    if (weights !== undefined)
      return this.plan.add(committedDiffusionStage, { weights }, {}, this.about(this.variant));
    const { seed, image, diffusion, f } = this.config;
    const { size } = image;
    return this.plan.add(
      trainDiffusionStage,
      { seed, size, diffusion },
      { dataset: this.pool('train'), f: this.f() },
      { ...this.about(this.variant), step: { of: 'diffusion-training', diffusion, f, size } },
    );
  }

  anchors(): PlanNode<Float32Array> {
    const { seed, f } = this.config;
    const { identities, anchors: kind } = this.config.generation;
    const inputs = { seed, kind, identities, embeddingSize: fEmbeddingSize(f) };
    return this.plan.add(anchorsStage, inputs, {}, this.about(kind));
  }

  generated(): PlanNode<Dataset> {
    const { image, generation, diffusion, f } = this.config;
    return this.plan.add(generateStage, ...this.sampling(), {
      ...this.about(this.variant),
      step: { of: 'sampling', generation, diffusion, f, size: image.size },
    });
  }

  sampleGrid(): PlanNode<Buffer> {
    return this.plan.add(sampleGridStage, ...this.sampling(), this.about(this.variant));
  }

  /** What the downstream recognisers are trained on. */
  trainingSet(): PlanNode<Dataset> {
    return this.isCeiling ? this.pool('train') : this.generated();
  }

  measures(): PlanNode<Measures> {
    const dataset = this.trainingSet();
    const given = {
      dataset,
      embeddings: this.embeddings(dataset),
      pool: this.pool('train'),
      reference: this.embeddings(this.pool('train')),
      verification: this.fVerification(),
      anchors: this.isCeiling ? undefined : this.anchors(),
    };
    return this.plan.add(measureStage, {}, given, this.about(this.variant));
  }

  /** A downstream recogniser, trained with one of the seeds. */
  recogniser(seed: number): PlanNode<LoadedRecogniser> {
    const { image, recogniser } = this.config;
    const { size } = image;
    return this.plan.add(
      trainRecogniserStage,
      { seed, size, recogniser },
      { dataset: this.trainingSet() },
      {
        ...this.about(`${this.variant} seed ${seed}`),
        step: { of: 'recogniser-training', recogniser, size },
      },
    );
  }

  verification(seed: number): PlanNode<readonly Verification[]> {
    const { names } = this.config.benchmarks;
    const benchmarks = Object.fromEntries(names.map((name) => [name, this.benchmark(name)]));
    const given = { recogniser: this.recogniser(seed), benchmarks };
    const about = this.about(`${this.variant} seed ${seed}`);
    return this.plan.add(verifyStage, { seed, benchmarks: names }, given, about);
  }

  /** The verification of a downstream recogniser on the first benchmark, disturbed. */
  robustness(seed: number): PlanNode<readonly Verification[]> {
    const { seed: disturbanceSeed, benchmarks } = this.config;
    const [benchmark] = benchmarks.names;
    const given = { recogniser: this.recogniser(seed), benchmark: this.benchmark(benchmark) };
    const about = this.about(`${this.variant} seed ${seed}`);
    return this.plan.add(robustnessStage, { seed, disturbanceSeed, benchmark }, given, about);
  }

  private get isCeiling(): boolean {
    return this.config.downstream.dataset === 'train';
  }

  private trainedF(): PlanNode<LoadedRecogniser> {
    const { seed, image, f } = this.config;
    const { size } = image;
    const { source, ...recogniser } = f;
    const { whitenedSize, ...network } = recogniser;
    return this.plan.add(
      trainFStage,
      { seed, size, recogniser },
      { dataset: this.pool('pretrain') },
      { ...this.about(), step: { of: 'recogniser-training', recogniser: network, size } },
    );
  }

  /** f on the first benchmark: what it takes for one face. */
  private fVerification(): PlanNode<readonly Verification[]> {
    const { seed, benchmarks } = this.config;
    const [name] = benchmarks.names;
    const given = { recogniser: this.f(), benchmarks: { [name]: this.benchmark(name) } };
    return this.plan.add(verifyStage, { seed, benchmarks: [name] }, given, this.about('f'));
  }

  /** A dataset of photos in the place of the rendered `train` pool. */
  private photos(folder: string): PlanNode<Dataset> {
    const inputs = { folder, manifest: manifestHash(folder), size: this.config.image.size };
    return this.plan.add(photoPoolStage, inputs, {}, this.about('train'));
  }

  private embeddings(dataset: PlanNode<Dataset>): PlanNode<Embeddings> {
    return this.plan.add(embedStage, {}, { dataset, f: this.f() }, this.about(dataset.label));
  }

  /** The committed weights of what this config would train, where there are any. */
  private committed(trained: (scratch: Pipeline) => PlanNode): CommittedWeights | undefined {
    if (this.weights.size === 0) return undefined;
    const { key } = trained(new Pipeline(new Plan(), this.config, this.variant, FROM_SCRATCH));
    return this.weights.get(key);
  }

  /** What both stages that sample are given. */
  private sampling() {
    const { seed, image, generation } = this.config;
    const inputs = { seed, size: image.size, generation };
    return [inputs, { diffusion: this.diffusion(), f: this.f(), anchors: this.anchors() }] as const;
  }

  private about(label?: string): NodeAbout {
    return { variant: this.variant, label };
  }
}

/** The nodes that the rows ask for. */
export const targetsOf = (rows: readonly Row[]): PlanNode[] =>
  rows.flatMap(({ verifications, measures, grid }) => [
    ...verifications.map(({ node }) => node),
    ...[measures, grid].filter((node) => node !== undefined),
  ]);

/** The plan of an ablation: every variant's recognisers, verified, and datasets, measured. Equal work is in it once. */
export function planAblation(
  config: Config,
  variants: readonly Variant[],
  weights: WeightsIndex = committedWeights(),
): { plan: Plan; rows: Row[] } {
  const plan = new Plan();
  const rows = variants.map((variant) => {
    const changed = variant.apply(config);
    const pipeline = new Pipeline(plan, changed, variant.name, weights);
    const verifications = changed.downstream.seeds.map((seed) => ({
      seed,
      node: pipeline.verification(seed),
    }));
    const grid = variant.name === FULL ? pipeline.sampleGrid() : undefined;
    return { variant, config: changed, verifications, measures: pipeline.measures(), grid };
  });
  return { plan, rows };
}

/** The plan of a trial of robustness: every variant's recognisers, verified on disturbed pictures. */
export function planRobustness(
  config: Config,
  variants: readonly Variant[],
  weights: WeightsIndex = committedWeights(),
): { plan: Plan; rows: Row[] } {
  const plan = new Plan();
  const rows = variants.map((variant) => {
    const changed = variant.apply(config);
    const pipeline = new Pipeline(plan, changed, variant.name, weights);
    const verifications = changed.downstream.seeds.map((seed) => ({ seed, node: pipeline.robustness(seed) }));
    return { variant, config: changed, verifications, measures: undefined, grid: undefined };
  });
  return { plan, rows };
}
