import { FULL } from '@id3/report';
import type { Config } from './config/schema.ts';

/** One row of the ablation: a config made from the full one by changing what the row is about. */
export interface Variant {
  readonly name: string;
  /** What the row says to a reader of the table. */
  readonly title: string;
  readonly apply: (config: Config) => Config;
}

const withTraining = (config: Config, change: Partial<Config['diffusion']['training']>): Config => ({
  ...config,
  diffusion: { ...config.diffusion, training: { ...config.diffusion.training, ...change } },
});

const withUnet = (config: Config, change: Partial<Config['diffusion']['unet']>): Config => ({
  ...config,
  diffusion: { ...config.diffusion, unet: { ...config.diffusion.unet, ...change } },
});

const withGeneration = (config: Config, change: Partial<Config['generation']>): Config => ({
  ...config,
  generation: { ...config.generation, ...change },
});

const withSampler = (config: Config, change: Partial<Config['generation']['sampler']>): Config =>
  withGeneration(config, { sampler: { ...config.generation.sampler, ...change } });

const rowOfBounds = (lb: number, ub: number): Variant => ({
  name: `bounds-${lb}-${ub}`,
  title: `[lb, ub] = [${lb}, ${ub}]`,
  apply: (config) => withGeneration(config, { lb, ub }),
});

/** The four settings of [lb, ub]; the one a profile uses is its `full` row. */
const BOUNDS = [rowOfBounds(0.2, 1), rowOfBounds(0.4, 0.8), rowOfBounds(0.6, 1), rowOfBounds(0.8, 1)];

const VARIANTS: readonly Variant[] = [
  { name: FULL, title: 'ID³', apply: (config) => config },
  {
    name: 'no-reversed-likelihood',
    title: 'without reversed likelihood score',
    apply: (config) => withSampler(config, { guidance: 0 }),
  },
  {
    name: 'random-anchors',
    title: 'without anchors (random directions)',
    apply: (config) => withGeneration(config, { anchors: 'random' }),
  },
  ...BOUNDS,
  {
    name: 'no-id-loss',
    title: 'without ID inner-product loss',
    apply: (config) => withTraining(config, { idLossWeight: 0 }),
  },
  {
    name: 'no-attributes',
    title: 'without attribute conditioning',
    apply: (config) => withUnet(config, { attributes: false }),
  },
  {
    name: 'ceiling',
    title: 'ceiling: as many images of the train pool',
    apply: ({ data, generation, ...config }) => ({
      ...config,
      generation,
      data: {
        ...data,
        train: {
          people: Math.min(data.train.people, generation.identities),
          shotsPerPerson: generation.imagesPerIdentity,
        },
      },
      downstream: { ...config.downstream, dataset: 'train' },
    }),
  },
  {
    name: 'floor',
    title: 'floor: random y, unrelated to the label',
    apply: (config) => withGeneration(config, { condition: 'random' }),
  },
];

/** The ablation's rows for a config, without the setting of [lb, ub] that the full row has already. */
export function ablationVariants(config: Config): Variant[] {
  const { lb, ub } = config.generation;
  return VARIANTS.filter((variant) => variant.name !== rowOfBounds(lb, ub).name);
}
