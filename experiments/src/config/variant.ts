import type { Config } from './schema.ts';

/** One row of the ablation: a config made from the full one by changing what the row is about. */
export interface Variant {
  readonly name: string;
  /** What the row says to a reader of the table. */
  readonly title: string;
  readonly apply: (config: Config) => Config;
  /** Options that choose this row alone from an ablation; the variant of its name where undefined. */
  readonly alone?: Readonly<Record<string, string>>;
}

// A config with some fields changed, each of its section.

export const withTraining = (config: Config, change: Partial<Config['diffusion']['training']>): Config => ({
  ...config,
  diffusion: { ...config.diffusion, training: { ...config.diffusion.training, ...change } },
});

export const withUnet = (config: Config, change: Partial<Config['diffusion']['unet']>): Config => ({
  ...config,
  diffusion: { ...config.diffusion, unet: { ...config.diffusion.unet, ...change } },
});

export const withGeneration = (config: Config, change: Partial<Config['generation']>): Config => ({
  ...config,
  generation: { ...config.generation, ...change },
});

export const withSampler = (config: Config, change: Partial<Config['generation']['sampler']>): Config =>
  withGeneration(config, { sampler: { ...config.generation.sampler, ...change } });

/** Trained without the inner-product term. */
export const withoutIdLoss = (config: Config): Config => withTraining(config, { idLossWeight: 0 });
