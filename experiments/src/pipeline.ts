import { resolve } from 'node:path';
import { manifestHash } from '@id3/data';
import { fEmbeddingSize } from '@id3/model';
import { FULL } from '@id3/report';
import type { Config } from './config/schema.ts';
import { Plan, type PlanNode } from './plan.ts';
import { anchorPlacement } from './stages/anchor-placement.ts';
import { committedWeightsLoading } from './stages/committed-weights.ts';
import { diffusionTraining } from './stages/diffusion-training.ts';
import { embedding } from './stages/embedding.ts';
import { generation } from './stages/generation.ts';
import { measuring } from './stages/measures.ts';
import { photoPool } from './stages/photo-pool.ts';
import { faceApiF } from './stages/face-api-f.ts';
import { fTraining, recogniserTraining } from './stages/recogniser-training.ts';
import { benchmarkRendering, poolRendering } from './stages/rendering.ts';
import { sampleGrid } from './stages/sample-grid.ts';
import type { StageInputs } from './stages/stage.ts';
import { verification } from './stages/verification.ts';
import type { Variant } from './variants.ts';
import { FROM_SCRATCH, committedWeights, type WeightsIndex } from './weights.ts';

/** What one variant of an experiment asks for: nodes of the plan that it shares with others. */
export interface Row {
  readonly variant: Variant;
  readonly config: Config;
  /** A picture of samples, in the full row. */
  readonly grid: PlanNode | undefined;
  /** The measures of what its recognisers are trained on. */
  readonly measures: PlanNode;
  /** The verification of the recogniser of each downstream seed. */
  readonly verifications: readonly { readonly seed: number; readonly node: PlanNode }[];
}

/** Adds all stages of one config to a plan, on demand: what a target does not need is not there. */
export class Pipeline {
  constructor(
    private readonly plan: Plan,
    private readonly config: Config,
    private readonly variant: string,
    private readonly weights: WeightsIndex = committedWeights(),
  ) {}

  pool(pool: 'pretrain' | 'train'): PlanNode {
    const { seed, image, data } = this.config;
    if (pool === 'train' && data.trainFolder !== '') return this.photos(resolve(data.trainFolder));
    const inputs = { seed, pool, size: image.size, ...data[pool], prior: data.prior };
    return this.plan.add(poolRendering, inputs, {}, this.about(pool));
  }

  benchmark(benchmark: Config['benchmarks']['names'][number]): PlanNode {
    const { seed, image, benchmarks } = this.config;
    const { pairs, folds } = benchmarks;
    const inputs = { seed, benchmark, size: image.size, pairs, folds };
    return this.plan.add(benchmarkRendering, inputs, {}, this.about(benchmark));
  }

  f(): PlanNode {
    const { seed, image } = this.config;
    const { source, ...recogniser } = this.config.f;
    if (source === 'face-api') {
      const inputs = { whitenedSize: recogniser.whitenedSize };
      return this.plan.add(faceApiF, inputs, { dataset: this.pool('train') }, this.about());
    }
    const inputs = { seed, size: image.size, recogniser };
    return (
      this.committed('f', inputs) ??
      this.plan.add(fTraining, inputs, { dataset: this.pool('pretrain') }, this.about())
    );
  }

  diffusion(): PlanNode {
    const { seed, image, diffusion } = this.config;
    const inputs = { seed, size: image.size, diffusion };
    const committed = this.committed('diffusion', inputs, this.variant);
    if (committed !== undefined) return committed;
    const dependencies = { dataset: this.pool('train'), f: this.f() };
    return this.plan.add(diffusionTraining, inputs, dependencies, this.about(this.variant));
  }

  anchors(): PlanNode {
    const { seed, f } = this.config;
    const { identities, anchors: kind } = this.config.generation;
    const inputs = { seed, kind, identities, embeddingSize: fEmbeddingSize(f) };
    return this.plan.add(anchorPlacement, inputs, {}, this.about(kind));
  }

  generated(): PlanNode {
    return this.plan.add(generation, ...this.sampling(), this.about(this.variant));
  }

  sampleGrid(): PlanNode {
    return this.plan.add(sampleGrid, ...this.sampling(), this.about(this.variant));
  }

  /** What the downstream recognisers are trained on. */
  trainingSet(): PlanNode {
    return this.config.downstream.dataset === 'train' ? this.pool('train') : this.generated();
  }

  measures(): PlanNode {
    const dataset = this.trainingSet();
    const dependencies = {
      dataset,
      embeddings: this.embeddings(dataset),
      pool: this.pool('train'),
      reference: this.embeddings(this.pool('train')),
      verification: this.fVerification(),
      ...(this.config.downstream.dataset === 'train' ? {} : { anchors: this.anchors() }),
    };
    return this.plan.add(measuring, {}, dependencies, this.about(this.variant));
  }

  /** A downstream recogniser, trained with one of the seeds. */
  recogniser(seed: number): PlanNode {
    const { image, recogniser } = this.config;
    const inputs = { seed, size: image.size, recogniser };
    const dependencies = { dataset: this.trainingSet() };
    return this.plan.add(
      recogniserTraining,
      inputs,
      dependencies,
      this.about(`${this.variant} seed ${seed}`),
    );
  }

  verification(seed: number): PlanNode {
    const { names } = this.config.benchmarks;
    const benchmarks = Object.fromEntries(names.map((name) => [name, this.benchmark(name)]));
    const dependencies = { ...benchmarks, recogniser: this.recogniser(seed) };
    const inputs = { seed, benchmarks: names };
    return this.plan.add(verification, inputs, dependencies, this.about(`${this.variant} seed ${seed}`));
  }

  /** f on the first benchmark: what it takes for one face. */
  private fVerification(): PlanNode {
    const { seed, benchmarks } = this.config;
    const [name] = benchmarks.names;
    const dependencies = { [name]: this.benchmark(name), recogniser: this.f() };
    return this.plan.add(verification, { seed, benchmarks: [name] }, dependencies, this.about('f'));
  }

  /** A dataset of photos in the place of the rendered `train` pool. */
  private photos(folder: string): PlanNode {
    const inputs = { folder, manifest: manifestHash(folder), size: this.config.image.size };
    return this.plan.add(photoPool, inputs, {}, this.about('train'));
  }

  private embeddings(dataset: PlanNode): PlanNode {
    return this.plan.add(embedding, {}, { dataset, f: this.f() }, this.about(dataset.label));
  }

  /** The committed weights of what this config would train, where there are any. */
  private committed(network: 'f' | 'diffusion', inputs: StageInputs, label = ''): PlanNode | undefined {
    if (this.weights.size === 0) return undefined;
    const { key } = new Pipeline(new Plan(), this.config, this.variant, FROM_SCRATCH)[network]();
    const weights = this.weights.get(key);
    if (weights === undefined) return undefined;
    const about = this.about(`${network} ${label}`.trim());
    return this.plan.add(committedWeightsLoading, { ...inputs, weights }, {}, about);
  }

  private sampling() {
    const { seed, image, generation } = this.config;
    const inputs = { seed, size: image.size, generation };
    return [inputs, { diffusion: this.diffusion(), f: this.f(), anchors: this.anchors() }] as const;
  }

  private about(label?: string): { variant: string; label?: string } {
    return { variant: this.variant, label };
  }
}

/** The nodes that the rows ask for. */
export const targetsOf = (rows: readonly Row[]): PlanNode[] =>
  rows.flatMap(({ verifications, measures, grid }) => [
    ...verifications.map(({ node }) => node),
    measures,
    ...(grid === undefined ? [] : [grid]),
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
