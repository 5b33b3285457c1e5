import { FULL } from '@id3/report';
import type { ProfileName } from './config/profiles/names.ts';
import type { Config } from './config/schema.ts';
import { withGeneration, withSampler, withUnet, withoutIdLoss, type Variant } from './config/variant.ts';
import { PEERS } from './peers.ts';

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
    name: 'no-id-loss',
    title: 'without ID inner-product loss',
    apply: withoutIdLoss,
  },
  {
    name: 'no-id-loss-no-score',
    title: 'without either',
    apply: (config) => withSampler(withoutIdLoss(config), { guidance: 0 }),
  },
  {
    name: 'random-anchors',
    title: 'without anchors (random directions)',
    apply: (config) => withGeneration(config, { anchors: 'random' }),
  },
  ...BOUNDS,
  {
    name: 'no-attributes',
    title: 'without attribute conditioning',
    // Without s there is nothing to guide away from.
    apply: (config) => withSampler(withUnet(config, { attributes: false }), { freeS: 0 }),
  },
  ...PEERS,
  {
    name: 'ceiling',
    title: 'ceiling: as many images of the train pool',
    apply: ({ data, generation, ...config }) => ({
      ...config,
      generation,
      data: {
        ...data,
        train: {
          // Of photos there are as many people as there are.
          people:
            data.trainFolder === ''
              ? Math.min(data.train.people, generation.identities)
              : generation.identities,
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

/** The rows that answer the main question: does the method stand between floor and ceiling, and which of its two terms matters? */
const MAIN_ROWS: readonly string[] = [
  FULL,
  'no-reversed-likelihood',
  'no-id-loss',
  'no-id-loss-no-score',
  'ceiling',
  'floor',
];

/** Profiles that have time for the rows of the main question alone. */
const SHORT: readonly ProfileName[] = ['quick', 'photos'];

/**
 * The rows of a profile's table where none are asked for: some have time for those of the main question alone; elsewhere these have
 * as many generators as the config says, and the others one.
 */
export const defaultVariants = (config: Config, profile: ProfileName): Variant[] =>
  ablationVariants(config).flatMap((variant) => {
    if (MAIN_ROWS.includes(variant.name)) return [variant];
    return SHORT.includes(profile) ? [] : [withOneGenerator(variant)];
  });

const withOneGenerator = (variant: Variant): Variant => ({
  ...variant,
  apply(config) {
    const changed = variant.apply(config);
    return { ...changed, downstream: { ...changed.downstream, generators: 1 } };
  },
});

/** All rows of the ablation for a config, without the setting of [lb, ub] that the full row has already. */
export function ablationVariants(config: Config): Variant[] {
  const { lb, ub } = config.generation;
  return VARIANTS.filter((variant) => variant.name !== rowOfBounds(lb, ub).name);
}
