import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Rng, UserError } from '@id3/core';
import { POOLS, POOL_CAPACITY, PRIORS, drawPerson, drawShot, personId, priorSchema } from '../index.ts';
import { assetFolder, readAssetJson } from './assets.ts';
import { SHAPE_TARGETS, drawShape, sidesOf } from './shape-targets.ts';

describe('pools of people', () => {
  it('are disjoint ranges of numbers', () => {
    const ranges = POOLS.map((pool) => [personId(pool, 0), personId(pool, POOL_CAPACITY - 1)]).sort(
      ([a], [b]) => a - b,
    );
    for (const [from, to] of ranges) expect(to - from).toBe(POOL_CAPACITY - 1);
    for (let i = 1; i < ranges.length; i++) expect(ranges[i][0]).toBeGreaterThan(ranges[i - 1][1]);
    expect(() => personId('train', POOL_CAPACITY)).toThrow(UserError);
    expect(() => personId('train', -1)).toThrow(UserError);
  });
  it('hold no person twice', () => {
    const people = POOLS.flatMap((pool) => Array.from({ length: 200 }, (_, i) => drawPerson(3, pool, i)));
    expect(new Set(people.map(({ id }) => id)).size).toBe(people.length);
    const looks = people.map(({ race, gender, shape }) => JSON.stringify([race, gender, [...shape]]));
    expect(new Set(looks).size).toBe(people.length);
  });
  it('give the same person for the same arguments only', () => {
    expect(drawPerson(1, 'test', 5)).toEqual(drawPerson(1, 'test', 5));
    expect(drawPerson(1, 'test', 5).shape).not.toEqual(drawPerson(2, 'test', 5).shape);
  });
});

describe('a person', () => {
  it('is a mixture of races and uses targets that exist', () => {
    const schema = z.object({ targets: z.record(z.string(), z.unknown()) });
    const list = schema.parse(readAssetJson(assetFolder(), 'src/json/targets/target-list.json')).targets;
    for (const target of SHAPE_TARGETS.flatMap(sidesOf))
      expect(list).toHaveProperty([`data/targets/${target}.target`]);
    expect(SHAPE_TARGETS.flatMap(sidesOf).length).toBeGreaterThan(230);
    for (let i = 0; i < 50; i++) {
      const { race, gender, shape } = drawPerson(1, 'train', i);
      expect(race.african + race.asian + race.caucasian).toBeCloseTo(1, 12);
      expect(gender).toBeGreaterThanOrEqual(0);
      expect(gender).toBeLessThanOrEqual(1);
      for (const name of shape.keys()) expect(SHAPE_TARGETS).toContain(name);
    }
  });
  it('has half-normal shape weights of scale 0.35', () => {
    const weights = Array.from({ length: 300 }, (_, i) =>
      [...drawShape(new Rng(i)).entries()].filter(([name]) => name.startsWith('mouth/')).map(([, w]) => w),
    ).flat();
    const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
    // E|N(0,σ²)| = σ √(2/π), a little less for the cut at 1.
    expect(mean).toBeGreaterThan(0.26);
    expect(mean).toBeLessThan(0.285);
  });
});

describe('a shot', () => {
  const person = drawPerson(1, 'test', 0);
  const shots = (prior: z.infer<typeof priorSchema>) =>
    Array.from({ length: 400 }, (_, i) => drawShot(new Rng(1, i), prior, person));
  it('keeps to its prior', () => {
    const profile = priorSchema.parse({ yawRange: [60, 80], frontalShare: 0, ageRange: [40, 45] });
    const drawn = shots(profile);
    for (const { yaw, age, pitch } of drawn) {
      expect(Math.abs(yaw)).toBeGreaterThanOrEqual(60);
      expect(Math.abs(yaw)).toBeLessThanOrEqual(80);
      expect(age).toBeGreaterThanOrEqual(40);
      expect(age).toBeLessThanOrEqual(45);
      expect(Math.abs(pitch)).toBeLessThanOrEqual(15);
    }
    expect(drawn.filter(({ yaw }) => yaw < 0).length / drawn.length).toBeCloseTo(0.5, 1);
    for (const { age } of shots(PRIORS.lfwLike))
      expect(Math.abs(age - person.baseAge)).toBeLessThanOrEqual(5);
  });
  it('refuses a range that runs backwards', () => {
    expect(priorSchema.safeParse({ ageRange: [50, 20] }).success).toBe(false);
    expect(priorSchema.safeParse({ ages: [20, 50] }).success).toBe(false);
  });
});
