import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { mainFinding } from './finding.ts';
import type { VariantResults } from './results.ts';
import { tabulate } from './tabulate.ts';

const SEEDS = 5;
const FOLDS = 10;

/**
 * A row whose accuracies differ from the common ones of every seed and fold by `shift`, and by noise that adds up to none over the
 * folds of a seed, so that the mean difference is the shift and its error is known.
 */
function row(
  name: string,
  shift: number,
  { noise = 0.001, title = name, config = {}, by = [0, 0] } = {},
): VariantResults {
  const rng = new Rng(1, name);
  const common = new Rng(2, 'common');
  return {
    name,
    title,
    config,
    replicates: Array.from({ length: SEEDS }, (_, seed) => ({
      generator: 1,
      dataset: 1,
      seed,
      run: seed,
      folds: Object.fromEntries(
        ['rendered-lfw', 'rendered-calfw'].map((benchmark, k) => {
          const drawn = Array.from(rng.normals(FOLDS), (one) => noise * one);
          const centre = drawn.reduce((sum, one) => sum + one, 0) / FOLDS;
          return [benchmark, drawn.map((one) => 0.8 + 0.01 * common.normal() + shift + by[k] + one - centre)];
        }),
      ),
    })),
  };
}
const full = row('full', 0, { title: 'ID³', noise: 0 });
const finding = (...rows: VariantResults[]) => mainFinding(tabulate([full, ...rows]));

describe('the main finding', () => {
  it('tells the distance to the ceiling and what the parts give, and where most', () => {
    const text = finding(
      row('no-id-loss', -0.04, { by: [0.03, -0.03] }),
      row('no-reversed-likelihood', 0.0002),
      row('ceiling', 0.127),
      row('floor', -0.2),
    );
    expect(text).toMatch(/^ID³ 12\.7 ± 0\.\d points below the ceiling on rendered average; /);
    expect(text).toContain('; the ID loss matters, +4.0 (+7.0 on rendered-calfw); ');
    expect(text).toMatch(/; the score: no effect larger than 0\.5$/);
  });

  it('says "no effect" by the equivalence test alone: a difference that is only not told from chance is undecided', () => {
    const noisy = finding(row('no-reversed-likelihood', 0.0002, { noise: 0.15 }));
    expect(noisy).toMatch(/; the score: undecided, [−+]0\.0 ± [1-9]\d*\.\d$/);
    // The margin is half a point: just within it, and just beyond.
    expect(finding(row('no-id-loss', 0.0048, { noise: 1e-5 }))).toMatch(
      /the ID loss: no effect larger than 0\.5$/,
    );
    expect(finding(row('no-id-loss', -0.0052, { noise: 1e-5 }))).toMatch(/the ID loss matters, \+0\.5/);
  });

  it('says where a part harms, where a method is above the ceiling, and where the floor is not below it', () => {
    const text = finding(row('no-id-loss', 0.03), row('ceiling', -0.02), row('floor', 0));
    expect(text).toMatch(
      /^ID³ 2\.0 ± 0\.\d points above the ceiling on rendered average; ID³ cannot be told from the floor; the ID loss harms, −3\.0$/,
    );
  });

  it('tells the largest of other rows and counts the rest', () => {
    expect(finding(row('a', -0.02), row('b', -0.05), row('like c: d', 0.06), row('e', 0))).toMatch(
      /^ID³ gives 80\.\d ± \d\.\d % on rendered average; “like c: d” \+6\.0; b −5\.0; 2 more rows$/,
    );
  });

  it('calls the rows of a sweep by their values', () => {
    const at = (lb: number) => ({ title: `ID³, generation.lb = ${lb}`, config: { generation: { lb } } });
    const text = mainFinding(tabulate([{ ...full, ...at(0.8) }, row('full-lb-0.2', -0.06, at(0.2))]));
    expect(text).toMatch(/^lb = 0\.8 gives 8\d\.\d ± \d\.\d % on rendered average; lb = 0\.2 −6\.0$/);
  });

  it('is that of the best row where the method is not among them, and nothing where nothing is measured', () => {
    expect(mainFinding(tabulate([row('a', 0), row('b', 0.1)]))).toMatch(
      /^b gives 9\d\.\d ± \d\.\d % on rendered average$/,
    );
    expect(mainFinding(tabulate([]))).toBeUndefined();
    expect(
      mainFinding(tabulate([{ name: 'full', title: 'ID³', config: {}, replicates: [] }])),
    ).toBeUndefined();
  });

  it('of one seed and one fold claims nothing', () => {
    const one = (name: string, accuracy: number): VariantResults => ({
      name,
      title: name,
      config: {},
      replicates: [{ generator: 1, dataset: 1, seed: 1, run: 1, folds: { lfw: [accuracy] } }],
    });
    expect(mainFinding(tabulate([one('full', 0.8), one('no-id-loss', 0.5), one('ceiling', 0.9)]))).toBe(
      'full cannot be told from the ceiling (−10.0) on lfw; the ID loss: undecided, +30.0 ± ?',
    );
  });
});
