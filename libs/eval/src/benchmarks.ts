import { Rng } from '@id3/core';
import {
  PRIORS,
  drawPerson,
  drawShot,
  groupOf,
  priorSchema,
  type Person,
  type Prior,
  type Shot,
} from '@id3/data';
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

/** Whose people a benchmark may hold: those that tables report, or others on whom choices are made. */
export const benchmarkPools = ['test', 'validation'] as const;

export const benchmarkSpecSchema = z.strictObject({
  name: z.enum(benchmarkNames),
  seed: z.int(),
  pool: z.enum(benchmarkPools).default('test'),
  /** Over all folds, half of them of one person; a multiple of 2 · folds. */
  pairs: z.int().min(4),
  folds: z.int().min(2).default(10),
  /** People of the pool over all folds, a multiple of folds; by default one for every six pairs, but 16 a fold. */
  people: z.int().min(2).optional(),
});
/** What a rendered benchmark is made from: the same spec gives the same people, shots and pairs. */
export type BenchmarkSpec = z.input<typeof benchmarkSpecSchema>;

/** An image of a benchmark: who (index in its pool), in which role of its pairs, and the shot. */
export interface BenchmarkImage extends PlannedImage {
  readonly shot: Shot;
}

export interface BenchmarkPlan extends PairPlan {
  readonly images: BenchmarkImage[];
}

interface Design {
  readonly first: Prior;
  readonly second: Prior;
  /** Whether impostors share gender and race. */
  readonly matched: boolean;
}

const press = (changes: Partial<Prior> = {}): Prior => priorSchema.parse({ ...PRIORS.lfwLike, ...changes });
/** |yaw| uniform in the range. */
const turned = (lo: number, hi: number): Prior => press({ yawRange: [lo, hi], frontalShare: 0 });
const aged = (lo: number, hi: number): Prior => press({ ageRange: [lo, hi], ageSpread: undefined });

/**
 * What sets the benchmarks apart. In AgeDB and CALFW the two pictures of a pair take their ages from two ranges that lie the gap
 * apart. That holds for different pairs too: a gap in same pairs alone would give the answer away.
 */
const designs: Record<BenchmarkName, Design> = {
  /** LFW (Huang et al. 2007): a few years apart, mostly towards the camera; any two people as impostors. */
  'rendered-lfw': { first: press(), second: press(), matched: false },
  /** CFP-FP (Sengupta et al. 2016): frontal against profile. */
  'rendered-cfp-fp': { first: turned(0, 10), second: turned(60, 75), matched: false },
  /** CPLFW (Zheng & Deng 2018): |yaw| differs by 30 to 60 degrees; impostors of one gender and race. */
  'rendered-cplfw': { first: turned(0, 15), second: turned(45, 60), matched: true },
  /** AgeDB-30 (Moschoglou et al. 2017): at least 30 years apart. */
  'rendered-agedb': { first: aged(18, 35), second: aged(65, 80), matched: false },
  /** CALFW (Zheng, Deng & Hu 2017): at least 20 years apart; impostors of one gender and race. */
  'rendered-calfw': { first: aged(20, 40), second: aged(60, 75), matched: true },
};

/**
 * The images and pairs of a benchmark. Fold k of every benchmark with equal seed and numbers holds the same people.
 * Throws a UserError where the numbers do not divide or the people do not suffice.
 */
export function planBenchmark(spec: BenchmarkSpec): BenchmarkPlan {
  const { name, seed, pool, pairs, folds, people } = benchmarkSpecSchema.parse(spec);
  const design = designs[name];
  const known = new Map<number, Person>();
  const personOf = (index: number): Person => {
    const person = known.get(index) ?? drawPerson(seed, pool, index);
    known.set(index, person);
    return person;
  };
  const plan = planPairs({
    name,
    seed,
    pairs,
    folds,
    people: people ?? folds * Math.max(16, Math.ceil(pairs / folds / 6)),
    groupOf: design.matched ? (index) => Object.values(groupOf(personOf(index))).join(' ') : undefined,
  });
  return {
    images: plan.images.map((image) => {
      // Of another pool other shots too.
      const drawn = pool === 'test' ? name : `${pool} ${name}`;
      const rng = new Rng(seed, 'shot', drawn, image.person, image.role, image.take);
      return { ...image, shot: drawShot(rng, design[image.role], personOf(image.person)) };
    }),
    pairs: plan.pairs,
  };
}
