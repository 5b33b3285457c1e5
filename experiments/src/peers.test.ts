import { describe, expect, it } from 'vitest';
import { loadConfig, type Overrides } from './config/load.ts';
import { PROFILE_NAMES } from './config/profiles/names.ts';
import { configSchema, type Config } from './config/schema.ts';
import { PEERS } from './peers.ts';
import { planAblation } from './rows.ts';
import { ablationVariants, defaultVariants } from './variants.ts';
import { FROM_SCRATCH } from './weights.ts';

const names = PEERS.map(({ name }) => name);

/** The nodes that make each row's generated images, by the row's name. */
function plan(overrides: Overrides = {}) {
  const config = loadConfig('smoke', overrides);
  const { nodes } = planAblation(config, ablationVariants(config), FROM_SCRATCH).plan;
  return (variant: string, stage: string) =>
    nodes.find((node) => node.stage.name === stage && node.variants.has(variant))!;
}

describe('the peers', () => {
  it.each(PROFILE_NAMES)('differ from ID³ in %s by what their docs say, and are allowed', (profile) => {
    const config = loadConfig(profile);
    // All that a peer may have of its own; the rest is equal cost.
    const common = ({ diffusion, generation, ...rest }: Config) => {
      const { unet, training, ...others } = diffusion;
      const { sampler, condition, lb, ub, attributes, ...drawn } = generation;
      return {
        ...rest,
        ...others,
        drawn,
        unet: { ...unet, attributes: 0 },
        training: { ...training, idLossWeight: 0, hideComponents: 0 },
        sampler: { ...sampler, guidance: 0, freeS: 0 },
      };
    };
    for (const { apply } of PEERS) {
      const changed = apply(config);
      expect(configSchema.parse(changed)).toEqual(changed);
      expect(common(changed)).toEqual(common(config));
      expect(changed.generation.sampler.guidance).toBe(0);
    }
  });

  it('are rows wherever there is time for all', () => {
    for (const profile of PROFILE_NAMES) {
      const rows = defaultVariants(loadConfig(profile), profile).map(({ name }) => name);
      const isShort = profile === 'quick' || profile === 'photos';
      expect(rows.filter((name) => names.includes(name))).toEqual(isShort ? [] : names);
    }
  });

  it('need no training for the embedding alone where s was hidden at times, else one', () => {
    const keys = (hideS: number) => {
      const node = plan({ 'diffusion.training.hideS': hideS });
      return ['no-id-loss', 'peer-arc2face', 'peer-vec2face'].map((row) => node(row, 'train-diffusion').key);
    };
    expect(new Set(keys(0.1)).size).toBe(1);
    const [withS, ...without] = keys(0);
    expect(new Set(without).size).toBe(1);
    expect(without).not.toContain(withS);
  });

  it('take styles from the training pool where they are told them, and nothing else there', () => {
    const node = plan();
    expect(node('peer-dcface', 'generate').needs.styles.label).toBe('render-pool train');
    for (const row of ['full', 'peer-idiff-face', 'peer-arc2face', 'peer-vec2face'])
      expect(node(row, 'generate').needs).not.toHaveProperty('styles');
  });
});
