import type { Dataset } from '@id3/data';
import type { PairFindings } from '@id3/eval';
import { fEmbeddingSize, type Calibration, type LoadedRecogniser } from '@id3/model';
import type { Verification } from '@id3/tracking';
import { isJudged, type Config } from './config/schema.ts';
import { shapeOf } from './config/sections.ts';
import { Datasets } from './datasets.ts';
import { columnNames, photoBenchmarks, thresholdColumn } from './photos/columns.ts';
import { Plan, type PlanNode } from './plan.ts';
import { anchorsStage } from './stages/anchors.ts';
import { calibrateStage } from './stages/calibrate.ts';
import { committedCalibrationStage } from './stages/committed-calibration.ts';
import { committedDiffusionStage } from './stages/committed-diffusion.ts';
import { committedFStage } from './stages/committed-f.ts';
import { embedStage } from './stages/embed.ts';
import { faceApiFStage } from './stages/face-api-f.ts';
import { faceresStage } from './stages/faceres.ts';
import { generateStage } from './stages/generate.ts';
import { lookAtPairsStage } from './stages/look-at-pairs.ts';
import { measureStage } from './stages/measure.ts';
import { mixRealStage } from './stages/mix-real.ts';
import { robustnessStage } from './stages/robustness.ts';
import type { Embeddings, Measures, SavedDiffusion } from './stages/results.ts';
import { sampleGridStage } from './stages/sample-grid.ts';
import { trainDiffusionStage } from './stages/train-diffusion.ts';
import { trainFStage } from './stages/train-f.ts';
import { trainRecogniserStage } from './stages/train-recogniser.ts';
import { variationStage } from './stages/variation.ts';
import { verifyStage } from './stages/verify.ts';
import { FROM_SCRATCH, committedWeights, type CommittedFile, type WeightsIndex } from './weights.ts';

/** The seeds of what there is not. */
const NOTHING_GENERATED = { generator: 0, dataset: 0 };

/** Adds all stages of one config to a plan, on demand: what a target does not need is not there. */
export class Pipeline extends Datasets {
  constructor(
    plan: Plan,
    config: Config,
    variant: string,
    private readonly weights: WeightsIndex = committedWeights(),
  ) {
    super(plan, config, variant);
  }

  f(): PlanNode<LoadedRecogniser> {
    const { source, whitenedSize } = this.config.f;
    if (source === 'face-api')
      return this.plan.add(faceApiFStage, { whitenedSize }, { dataset: this.pool('train') }, this.about());
    const weights = this.committed((scratch) => scratch.f());
    if (weights !== undefined) return this.plan.add(committedFStage, { weights }, {}, this.about());
    return this.trainedF();
  }

  /** The second recogniser, which takes no part in training or sampling: other people, seed and head than f's. */
  judge(): PlanNode<LoadedRecogniser> {
    if (this.config.judge.source === 'faceres')
      return this.plan.add(faceresStage, {}, { dataset: this.pool('train') }, this.about('judge'));
    const weights = this.committed((scratch) => scratch.judge());
    if (weights !== undefined) return this.plan.add(committedFStage, { weights }, {}, this.about('judge'));
    const { image, judge } = this.config;
    const { size } = image;
    const { seed, source: _, ...recogniser } = judge;
    return this.plan.add(
      trainFStage,
      { seed, size, recogniser: { ...recogniser, whitenedSize: 0 } },
      { dataset: this.pool('judge') },
      { ...this.about('judge'), step: { of: 'recogniser-training', recogniser, ...shapeOf(image) } },
    );
  }

  diffusion(): PlanNode<SavedDiffusion> {
    const weights = this.committed((scratch) => scratch.diffusion());
    if (weights !== undefined)
      return this.plan.add(committedDiffusionStage, { weights }, {}, this.about(this.variant));
    const { image, diffusion, f } = this.config;
    const { size } = image;
    return this.plan.add(
      trainDiffusionStage,
      { size, diffusion },
      { dataset: this.pool('train'), f: this.f() },
      { ...this.about(this.variant), step: { of: 'diffusion-training', diffusion, f, ...shapeOf(image) } },
    );
  }

  /** The trained network looked at on people it was not trained on; of photos there is one pool alone. */
  calibration(): PlanNode<Calibration> {
    const weights = this.committed((scratch) => scratch.calibration());
    if (weights !== undefined)
      return this.plan.add(committedCalibrationStage, { weights }, {}, this.about(this.variant));
    const dataset = this.pool(this.config.data.trainFolder === '' ? 'validation' : 'train');
    const given = { diffusion: this.diffusion(), f: this.f(), dataset };
    return this.plan.add(calibrateStage, { seed: this.config.seed }, given, this.about(this.variant));
  }

  anchors(): PlanNode<Float32Array> {
    const { f } = this.config;
    const { seed, identities, anchors: kind } = this.config.generation;
    const inputs = { seed, kind, identities, embeddingSize: fEmbeddingSize(f) };
    return this.plan.add(anchorsStage, inputs, {}, this.about(kind));
  }

  generated(): PlanNode<Dataset> {
    const { image, generation, diffusion, f } = this.config;
    const [inputs, given] = this.sampling();
    const styles = diffusion.unet.attributes === 'style' ? this.pool('train') : undefined;
    return this.plan.add(
      generateStage,
      inputs,
      { ...given, styles },
      {
        ...this.about(this.variant),
        step: { of: 'sampling', generation, diffusion, f, ...shapeOf(image) },
      },
    );
  }

  sampleGrid(): PlanNode<Buffer> {
    return this.plan.add(sampleGridStage, ...this.sampling(), this.about(this.variant));
  }

  /** What the downstream recognisers are trained on. */
  trainingSet(): PlanNode<Dataset> {
    if (this.isCeiling) return this.ceiling();
    return this.isMixed ? this.mixed() : this.generated();
  }

  /** f on the benchmark of its threshold: what it takes for one face. */
  fVerification(): PlanNode<readonly Verification[]> {
    return this.thresholdOf(this.f(), 'f');
  }

  /** The `train` pool as f sees it. */
  reference(): PlanNode<Embeddings> {
    return this.embeddings(this.pool('train'), this.f());
  }

  measures(): PlanNode<Measures> {
    const dataset = this.trainingSet();
    const [f, pool] = [this.f(), this.pool('train')];
    const g = isJudged(this.config) ? this.judge() : undefined;
    const given = {
      dataset,
      pool,
      embeddings: this.embeddings(dataset, f),
      reference: this.reference(),
      verification: this.fVerification(),
      judged: g && this.embeddings(dataset, g),
      judgedReference: g && this.embeddings(pool, g),
      judgeVerification: g && this.thresholdOf(g, 'g'),
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
        step: { of: 'recogniser-training', recogniser, ...shapeOf(image) },
      },
    );
  }

  verification(seed: number): PlanNode<readonly Verification[]> {
    const names = columnNames(this.config);
    const benchmarks = Object.fromEntries(names.map((name) => [name, this.benchmark(name)]));
    const given = { recogniser: this.recogniser(seed), benchmarks };
    const about = this.about(`${this.variant} seed ${seed}`);
    const { distinct } = this.config.benchmarks;
    const inputs = { ...this.seeds(seed), benchmarks: names, ...(distinct && { distinct }) };
    return this.plan.add(verifyStage, inputs, given, about);
  }

  /** Of each benchmark of photos, what there is to say of its list of pairs. */
  pairFindings(): ReadonlyMap<string, PlanNode<PairFindings>> {
    const pool = this.config.data.trainFolder === '' ? undefined : this.pool('train');
    return new Map(
      photoBenchmarks(this.config).map(({ name }) => {
        const given = { benchmark: this.benchmark(name), pool };
        return [name, this.plan.add(lookAtPairsStage, {}, given, this.about(name))];
      }),
    );
  }

  /** The verification of a downstream recogniser on the first benchmark, disturbed. */
  robustness(seed: number): PlanNode<readonly Verification[]> {
    const { seed: disturbanceSeed } = this.config;
    const [benchmark] = columnNames(this.config);
    const given = { recogniser: this.recogniser(seed), benchmark: this.benchmark(benchmark) };
    const about = this.about(`${this.variant} seed ${seed}`);
    return this.plan.add(robustnessStage, { ...this.seeds(seed), disturbanceSeed, benchmark }, given, about);
  }

  /** Every seed that a downstream recogniser came from. */
  private seeds(seed: number) {
    const { diffusion, generation } = this.config;
    const generated = { generator: diffusion.seed, dataset: generation.seed };
    return { seed, ...(this.isCeiling ? NOTHING_GENERATED : generated) };
  }

  get isCeiling(): boolean {
    return this.config.downstream.dataset === 'train';
  }

  get isMixed(): boolean {
    return !this.isCeiling && this.config.downstream.realShare > 0;
  }

  /** People of the `train` pool among generated ones. */
  private mixed(): PlanNode<Dataset> {
    const { image, generation, downstream } = this.config;
    const { identities, imagesPerIdentity } = generation;
    const realPeople = Math.round(downstream.realShare * identities);
    const inputs = { ...shapeOf(image), identities, imagesPerIdentity, realPeople };
    const given = { real: this.pool('train'), generated: this.generated() };
    return this.plan.add(mixRealStage, inputs, given, this.about(this.variant));
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
      { ...this.about(), step: { of: 'recogniser-training', recogniser: network, ...shapeOf(image) } },
    );
  }

  /** A recogniser on the benchmark that says what it takes for one face. */
  private thresholdOf(
    recogniser: PlanNode<LoadedRecogniser>,
    label: string,
  ): PlanNode<readonly Verification[]> {
    const { seed } = this.config;
    const name = thresholdColumn(this.config);
    const given = { recogniser, benchmarks: { [name]: this.benchmark(name) } };
    const inputs = { seed, ...NOTHING_GENERATED, benchmarks: [name] };
    return this.plan.add(verifyStage, inputs, given, this.about(label));
  }

  private embeddings(
    dataset: PlanNode<Dataset>,
    recogniser: PlanNode<LoadedRecogniser>,
  ): PlanNode<Embeddings> {
    return this.plan.add(embedStage, {}, { dataset, recogniser }, this.about(dataset.label));
  }

  /** The committed file of what this config would compute, where there is one. */
  private committed(trained: (scratch: Pipeline) => PlanNode): CommittedFile | undefined {
    if (this.weights.size === 0) return undefined;
    const { key } = trained(new Pipeline(new Plan(), this.config, this.variant, FROM_SCRATCH));
    return this.weights.get(key);
  }

  /** What both stages that sample are given. */
  private sampling() {
    const { image, generation } = this.config;
    const { kappa, guidance } = generation.sampler;
    const given = {
      diffusion: this.diffusion(),
      f: this.f(),
      anchors: this.anchors(),
      calibration: kappa === 'fitted' && guidance > 0 ? this.calibration() : undefined,
      variation: generation.variation === 'within-person' ? this.variation() : undefined,
    };
    return [{ ...shapeOf(image), generation }, given] as const;
  }

  private variation(): PlanNode<Float32Array> {
    const given = { pool: this.pool('train'), embeddings: this.reference() };
    return this.plan.add(variationStage, {}, given, this.about());
  }
}
