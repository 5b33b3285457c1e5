import { z } from 'zod';
import { Rng, UserError } from '@id3/core';
import type { Gender } from '../datasets/manifest.ts';
import { drawShape } from './shape-targets.ts';
import { RACES, type Race } from './textures.ts';

/**
 * Disjoint groups of people: `pretrain` for the frozen recogniser f, `train` for the diffusion model, `test` for the
 * benchmarks, `validation` for the choice of settings, `judge` for the recogniser g that takes no part in training or sampling.
 */
export const POOLS = ['pretrain', 'train', 'test', 'validation', 'judge'] as const;
export const poolSchema = z.enum(POOLS);
export type Pool = z.infer<typeof poolSchema>;

/** People a pool can hold. Each pool numbers its people in a range of integers of its own. */
export const POOL_CAPACITY = 100_000_000;

/** The number that names a person over all pools. Throws a UserError where `index` exceeds the pool. */
export function personId(pool: Pool, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= POOL_CAPACITY) {
    throw new UserError(
      `Person ${index} of pool ${pool} does not exist; take whole numbers from 0 to ${POOL_CAPACITY - 1}.`,
    );
  }
  return POOLS.indexOf(pool) * POOL_CAPACITY + index;
}

/** Linear red, green, blue. */
export type Colour = readonly [number, number, number];

/** A dark spot of the skin, in the head's texture rectangle. */
export interface Mole {
  /** Position in [0,1] of the face's width (image right) and height (down), symmetric about 0.5. */
  x: number;
  y: number;
  /** Texels of the 512×512 body texture. */
  radius: number;
  /** Share of light that it swallows, 0 to 1. */
  depth: number;
}

/** What stays with a person for life; see {@link Shot} for what changes from picture to picture. */
export interface Person {
  id: number;
  /** Shares of the three base meshes and skins; sum 1. */
  race: Readonly<Record<Race, number>>;
  /** 0 female to 1 male. */
  gender: number;
  /** Build: -1 thin to 1 heavy. */
  weight: number;
  /** Weights in [0,1] of head-shape targets; a key such as `nose/nose-hump-morehump`, `eyes/eye-size-big` moves both sides. */
  shape: ReadonlyMap<string, number>;
  skin: {
    /** Deviations from the race's skin in standard units; positive: darker, redder. */
    melanin: number;
    redness: number;
    /** Strength of freckles, 0 to 1. */
    freckles: number;
    moles: readonly Mole[];
  };
  iris: Iris;
  /** Density multiplies the painted brows' opacity. */
  brows: { style: string; density: number };
  /** Colour of brows and beard, and of hair that is not dyed, before it greys. */
  hair: Colour;
  /** Years; a picture of a person without an age gap lies about it. */
  baseAge: number;
}

/** What people are grouped by: gender and largest race. */
export function groupOf({ gender, race }: Pick<Person, 'gender' | 'race'>): {
  gender: Gender;
  race: Race;
} {
  const largest = RACES.reduce((best, one) => (race[one] > race[best] ? one : best));
  return { gender: gender < 0.5 ? 'female' : 'male', race: largest };
}

export const IRISES = [
  'brown',
  'brownlight',
  'green',
  'grey',
  'blue',
  'bluegreen',
  'lightblue',
  'deepblue',
  'ice',
] as const;
export type Iris = (typeof IRISES)[number];
/** Irises that people of the two other races nearly always have. */
const BROWN_IRISES = 2;

export const BROW_STYLES = Array.from({ length: 12 }, (_, i) => `eyebrow${String(i + 1).padStart(3, '0')}`);

export const HAIR_COLOURS = {
  black: [0.012, 0.01, 0.009],
  darkBrown: [0.035, 0.02, 0.012],
  brown: [0.09, 0.047, 0.024],
  lightBrown: [0.19, 0.11, 0.055],
  blond: [0.42, 0.29, 0.14],
  red: [0.26, 0.075, 0.02],
  grey: [0.3, 0.29, 0.28],
  white: [0.6, 0.59, 0.57],
} as const satisfies Record<string, Colour>;
const DARK_HAIR = ['black', 'black', 'darkBrown'] as const;
const ANY_HAIR = ['black', 'darkBrown', 'brown', 'brown', 'lightBrown', 'blond', 'red'] as const;

/** Draws person `index` of a pool: a function of its arguments alone. */
export function drawPerson(seed: number, pool: Pool, index: number): Person {
  const id = personId(pool, index);
  const rng = new Rng(seed, 'person', id);
  const main = rng.pick(RACES);
  const share = rng.chance(0.2) ? rng.uniform(0.5, 0.8) : rng.uniform(0.85, 1);
  const split = rng.uniform();
  const [second] = RACES.filter((race) => race !== main);
  const shareOf = (race: Race) =>
    race === main ? share : (1 - share) * (race === second ? split : 1 - split);
  const race = {
    african: shareOf('african'),
    asian: shareOf('asian'),
    caucasian: shareOf('caucasian'),
  };
  const departure = Math.min(Math.abs(rng.normal(0, 0.1)), 0.35);
  const gender = rng.chance(0.5) ? 1 - departure : departure;
  const fair = main === 'caucasian';
  return {
    id,
    race,
    gender,
    weight: rng.truncatedNormal(0, 0.5, -1, 1),
    shape: drawShape(rng),
    skin: {
      melanin: rng.truncatedNormal(0, 1, -2, 2),
      redness: rng.truncatedNormal(0, 1, -2, 2),
      freckles: fair && rng.chance(0.25) ? rng.uniform(0.3, 1) : 0,
      moles: Array.from({ length: rng.int(5) }, () => ({
        x: rng.uniform(0.2, 0.8),
        y: rng.uniform(0.1, 0.95),
        radius: rng.uniform(0.8, 2.4),
        depth: rng.uniform(0.35, 0.85),
      })),
    },
    iris: fair ? rng.pick(IRISES) : rng.chance(0.95) ? IRISES[rng.int(BROWN_IRISES)] : rng.pick(IRISES),
    brows: { style: rng.pick(BROW_STYLES), density: rng.uniform(1.2, 3) },
    hair: vary(rng, HAIR_COLOURS[rng.pick(fair ? ANY_HAIR : DARK_HAIR)]),
    baseAge: rng.uniform(18, 65),
  };
}

/** A colour of its kind: 20 % lighter or darker. */
export function vary(rng: Rng, [red, green, blue]: Colour): Colour {
  const gain = Math.exp(rng.normal(0, 0.2));
  return [red * gain, green * gain, blue * gain];
}

export const mixColours = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + t * (b[0] - a[0]),
  a[1] + t * (b[1] - a[1]),
  a[2] + t * (b[2] - a[2]),
];
