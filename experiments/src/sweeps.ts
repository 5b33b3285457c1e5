import { UserError } from '@id3/core';
import { withField } from './config/load.ts';
import type { Config } from './config/schema.ts';
import type { Variant } from './config/variant.ts';

/** A config field, the values that it is given, and the rows of the ablation that are made with each. */
export interface Sweep {
  readonly field: string;
  /** As typed on a command line. */
  readonly values: readonly string[];
  /** Names of variants: each is a line of the curve. */
  readonly rows: readonly string[];
}

/** The sweeps that a question about the method asks for, by the name that chooses them. */
export const SWEEPS = {
  /** w, the weight of the reversed likelihood score: with the ID loss and without. */
  guidance: {
    field: 'generation.sampler.guidance',
    values: ['0', '0.01', '0.03', '0.1', '0.3', '1'],
    rows: ['full', 'no-id-loss'],
  },
  /** From which time on the score moves the steps. */
  'score-below': {
    field: 'generation.sampler.scoreBelow',
    values: ['0.1', '0.3', '0.5', '0.7', '1'],
    rows: ['full'],
  },
  /** Every value is a training of the diffusion model. */
  'id-loss': {
    field: 'diffusion.training.idLossWeight',
    values: ['0', '0.003', '0.01', '0.03', '0.1', '0.3', '1'],
    rows: ['full'],
  },
  lb: { field: 'generation.lb', values: ['0.2', '0.4', '0.6', '0.8', '0.95'], rows: ['full'] },
  identities: { field: 'generation.identities', values: ['160', '400', '1000', '2000'], rows: ['full'] },
  images: { field: 'generation.imagesPerIdentity', values: ['3', '6', '12', '24'], rows: ['full'] },
  /** Random directions come the closer to each other, the more people there are. */
  anchors: {
    field: 'generation.identities',
    values: ['160', '1000', '2000'],
    rows: ['full', 'random-anchors'],
  },
  steps: { field: 'generation.sampler.steps', values: ['2', '4', '8', '16'], rows: ['full'] },
  sampler: {
    field: 'generation.sampler.kind',
    values: ['ddim', 'ancestral', 'dpm++', 'dpm++sde'],
    rows: ['full'],
  },
  'free-y': {
    field: 'generation.sampler.freeY',
    values: ['0', '0.5', '1', '2'],
    rows: ['full', 'no-id-loss'],
  },
  'free-s': { field: 'generation.sampler.freeS', values: ['0', '0.5', '1', '2'], rows: ['full'] },
  /** From all synthetic to all real, as many people and images in all. */
  'real-share': { field: 'downstream.realShare', values: ['0', '0.25', '0.5', '0.75', '1'], rows: ['full'] },
} as const satisfies Record<string, Sweep>;

export type SweepName = keyof typeof SWEEPS;
export const SWEEP_NAMES = Object.keys(SWEEPS) as SweepName[];

/** One point of a sweep's curves. */
export interface SweepVariant extends Variant {
  /** The row whose line it is on. */
  readonly row: Pick<Variant, 'name' | 'title'>;
  /** The value that the field is given. */
  readonly value: unknown;
}

/**
 * Every row with every value; the config's own value is among them, and under it the rows keep their names. Throws a
 * UserError where the field is none, a value is not allowed, or a row sets the field itself.
 */
export function sweepVariants(
  config: Config,
  { field, values }: Pick<Sweep, 'field' | 'values'>,
  rows: readonly Variant[],
): SweepVariant[] {
  const own = valueAt(config, field);
  const given = values.map((text) => valueAt(withField(config, field, text), field));
  const all = [...new Map([own, ...given].map((value) => [JSON.stringify(value), value])).values()];
  all.sort((a, b) => Number(a) - Number(b) || 0);
  return rows.flatMap((row) =>
    all.map((value) => {
      const changed = (config: Config) => row.apply(withField(config, field, value));
      if (JSON.stringify(valueAt(changed(config), field)) !== JSON.stringify(value))
        throw new UserError(
          `The row "${row.name}" sets ${field} itself; name other rows with --variants, or another field.`,
        );
      const isOwn = JSON.stringify(value) === JSON.stringify(own);
      const text = valueText(value);
      return {
        row,
        value,
        name: isOwn ? row.name : `${row.name}-${field.split('.').at(-1)}-${text}`,
        title: `${row.title}, ${field} = ${text}`,
        apply: changed,
        alone: { variants: row.name, [field]: text },
      };
    }),
  );
}

/** A value as it is typed; of a field that is left out, a word for that. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');

const valueAt = (config: Config, field: string): unknown =>
  field.split('.').reduce<unknown>((group, name) => Reflect.get(Object(group), name), config);
