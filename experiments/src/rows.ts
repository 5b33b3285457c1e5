import type { PairFindings } from '@id3/eval';
import type { Calibration } from '@id3/model';
import { FULL } from '@id3/report';
import type { Verification } from '@id3/tracking';
import type { Config } from './config/schema.ts';
import type { Variant } from './config/variant.ts';
import { Pipeline } from './pipeline.ts';
import { Plan, type PlanNode } from './plan.ts';
import type { Measures } from './stages/results.ts';
import { committedWeights, type WeightsIndex } from './weights.ts';

/** What one variant of an experiment asks for: nodes of the plan that it shares with others. */
export interface Row {
  readonly variant: Variant;
  readonly config: Config;
  /** A picture of samples, in the full row. */
  readonly grid?: PlanNode<Buffer> | undefined;
  /** Its diffusion model looked at; of the ceiling there is none. */
  readonly calibration?: PlanNode<Calibration> | undefined;
  /** The measures of what its recognisers are trained on, where they are asked for. */
  readonly measures?: PlanNode<Measures> | undefined;
  /** By benchmark of photos what its list of pairs holds. */
  readonly pairFindings?: ReadonlyMap<string, PlanNode<PairFindings>>;
  /** The verification of each of its recognisers. */
  readonly verifications: readonly PlanNode<readonly Verification[]>[];
}

/** The nodes that the rows ask for. */
export const targetsOf = (rows: readonly Row[]): PlanNode[] =>
  rows.flatMap(({ verifications, measures, calibration, grid, pairFindings }) => [
    ...(pairFindings?.values() ?? []),
    ...verifications,
    ...[measures, calibration, grid].filter((node) => node !== undefined),
  ]);

/** The config of every dataset that a row's recognisers are trained on: of each training of the generator each sampling. */
export function replicatesOf(config: Config): Config[] {
  const { dataset, generators, datasets } = config.downstream;
  if (dataset === 'train') return [config];
  const counted = (n: number) => Array.from({ length: n }, (_, k) => k);
  return counted(generators).flatMap((g) =>
    counted(datasets).map((d) => ({
      ...config,
      diffusion: { ...config.diffusion, seed: config.diffusion.seed + g },
      generation: { ...config.generation, seed: config.generation.seed + d },
    })),
  );
}

/** The plan of a table whose rows are the variants; equal work is in it once. */
function planRows(
  config: Config,
  variants: readonly Variant[],
  weights: WeightsIndex,
  judge: (pipeline: Pipeline, seed: number) => PlanNode<readonly Verification[]>,
  look?: (
    pipeline: Pipeline,
    variant: Variant,
  ) => Pick<Row, 'grid' | 'calibration' | 'measures' | 'pairFindings'>,
): { plan: Plan; rows: Row[] } {
  const plan = new Plan();
  const rows = variants.map((variant) => {
    const changed = variant.apply(config);
    const pipelines = replicatesOf(changed).map((one) => new Pipeline(plan, one, variant.name, weights));
    return {
      variant,
      config: changed,
      verifications: pipelines.flatMap((pipeline) =>
        changed.downstream.seeds.map((seed) => judge(pipeline, seed)),
      ),
      // One generator's dataset is looked at.
      ...look?.(pipelines[0], variant),
    };
  });
  return { plan, rows };
}

/** The plan of an ablation: every variant's recognisers, verified, and datasets, measured. */
export const planAblation = (
  config: Config,
  variants: readonly Variant[],
  weights: WeightsIndex = committedWeights(),
) =>
  planRows(
    config,
    variants,
    weights,
    (pipeline, seed) => pipeline.verification(seed),
    (pipeline, { name }) => ({
      grid: name === FULL ? pipeline.sampleGrid() : undefined,
      calibration: pipeline.isCeiling ? undefined : pipeline.calibration(),
      pairFindings: pipeline.pairFindings(),
      measures: pipeline.isMixed ? undefined : pipeline.measures(),
    }),
  );

/** The plan of a trial of robustness: every variant's recognisers, verified on disturbed pictures. */
export const planRobustness = (
  config: Config,
  variants: readonly Variant[],
  weights: WeightsIndex = committedWeights(),
) => planRows(config, variants, weights, (pipeline, seed) => pipeline.robustness(seed));
