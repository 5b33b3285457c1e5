import { Rng } from '@id3/core';
import { z } from 'zod';
import { planPairs, type PairPlan, type PlannedImage } from './pairing.ts';

/** The rendered counterparts of the field's benchmarks, named so that nobody takes them for the real ones. */
export const benchmarkNames = [
  'rendered-lfw',
  'rendered-cfp-fp',
  'rendered-cplfw',
  'rendered-agedb',
  'rendered-calfw',
] as const;
export type BenchmarkName = (typeof benchmarkNames)[number];

export const benchmarkSpecSchema = z.strictObject({
  name: z.enum(benchmarkNames),
  seed: z.int(),
  /** Over all folds, half of them of one person; a multiple of 2 · folds. */
  pairs: z.int().min(4),
  folds: z.int().min(2).default(10),
  /** People of the `test` pool over all folds, a multiple of folds; by default one for every six pairs, but 16 a fold. */
  people: z.int().min(2).optional(),
});
/** What a rendered benchmark is made from: the same spec gives the same people, shots and pairs. */
export type BenchmarkSpec = z.input<typeof benchmarkSpecSchema>;

/** What a benchmark prescribes of a shot; everything else (light, hair, expression …) is the renderer's free choice. */
export interface Conditions {
  /** Years. */
  readonly age: number;
  /** Degrees. */
  readonly yaw: number;
  readonly pitch: number;
}

export interface BenchmarkImage extends PlannedImage {
  readonly conditions: Conditions;
}

export interface BenchmarkPlan extends PairPlan {
  readonly images: BenchmarkImage[];
}

/** What a plan needs to know of a person. */
export interface BenchmarkPerson {
  /** Years; pictures taken for no particular age are up to eight years later. */
  readonly baseAge: number;
  /** Gender and race, which matched impostors share. */
  readonly group: string;
}

type Draw = (rng: Rng) => number;
/** A role's shots: age in years, or about the person's base age; yaw in degrees. */
interface Role {
  readonly age: Draw | 'base';
  readonly yaw: Draw;
}
interface Design {
  readonly first: Role;
  readonly second: Role;
  /** Whether impostors have the same gender and race. */
  readonly matched: boolean;
}

const between =
  (lo: number, hi: number): Draw =>
  (rng) =>
    rng.uniform(lo, hi);
const mild: Draw = (rng) => rng.truncatedNormal(0, 12, -35, 35);
/** To either side by lo to hi degrees. */
const turned =
  (lo: number, hi: number): Draw =>
  (rng) =>
    (rng.chance(0.5) ? 1 : -1) * rng.uniform(lo, hi);

/** LFW: press pictures, a few years apart, mostly towards the camera; any two people as impostors. */
const lfw: Design = {
  first: { age: 'base', yaw: mild },
  second: { age: 'base', yaw: mild },
  matched: false,
};

/**
 * What sets the benchmarks apart. Ages of AgeDB and CALFW come from two ranges that lie the gap apart, independently in
 * same and different pairs: were the gap prescribed for same pairs alone, it would give the answer away.
 */
const designs: Record<BenchmarkName, Design> = {
  'rendered-lfw': lfw,
  /** Frontal against profile (Sengupta et al. 2016). */
  'rendered-cfp-fp': {
    first: { age: 'base', yaw: between(-10, 10) },
    second: { age: 'base', yaw: turned(60, 75) },
    matched: false,
  },
  /** Cross-pose LFW (Zheng & Deng 2018): |yaw| differs by 30 to 60 degrees; impostors of one gender and race. */
  'rendered-cplfw': {
    first: { age: 'base', yaw: turned(0, 15) },
    second: { age: 'base', yaw: turned(45, 60) },
    matched: true,
  },
  /** AgeDB-30 (Moschoglou et al. 2017): at least 30 years apart. */
  'rendered-agedb': {
    first: { age: between(18, 35), yaw: mild },
    second: { age: between(65, 85), yaw: mild },
    matched: false,
  },
  /** Cross-age LFW (Zheng, Deng & Hu 2017): at least 20 years apart; impostors of one gender and race. */
  'rendered-calfw': {
    first: { age: between(20, 40), yaw: mild },
    second: { age: between(60, 75), yaw: mild },
    matched: true,
  },
};

/**
 * The images and pairs of a benchmark, people given by their index in the `test` pool. Fold k of every benchmark with equal numbers holds
 * the same people. Throws a UserError where the numbers do not divide or the people do not suffice.
 */
export function planBenchmark(
  spec: BenchmarkSpec,
  personOf: (person: number) => BenchmarkPerson,
): BenchmarkPlan {
  const { name, seed, pairs, folds, people } = benchmarkSpecSchema.parse(spec);
  const design = designs[name];
  const { images, pairs: planned } = planPairs({
    name,
    seed,
    pairs,
    folds,
    people: people ?? folds * Math.max(16, Math.ceil(pairs / folds / 6)),
    groupOf: design.matched ? (person) => personOf(person).group : undefined,
  });
  return {
    images: images.map((image) => {
      const rng = new Rng(seed, 'conditions', name, image.person, image.role, image.shot);
      const { age, yaw } = design[image.role];
      const conditions = {
        age: age === 'base' ? personOf(image.person).baseAge + rng.uniform(0, 8) : age(rng),
        yaw: yaw(rng),
        pitch: rng.truncatedNormal(0, 6, -15, 15),
      };
      return { ...image, conditions };
    }),
    pairs: planned,
  };
}
