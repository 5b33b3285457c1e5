import { UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { csvTable } from './formats/csv.ts';
import { jsonTable } from './formats/json.ts';
import { latexTable } from './formats/latex.ts';
import { markdownTable } from './formats/markdown.ts';
import { terminalTable } from './formats/terminal.ts';
import { measuresCsv } from './measures.ts';
import type { VariantResults } from './results.ts';
import { tabulate } from './tabulate.ts';

// One seed, so the intervals are the textbook's t intervals over folds.
const variant = (name: string, title: string, folds: Record<string, number[]>, seed = 1): VariantResults => ({
  name,
  title,
  config: {},
  replicates: [{ generator: 1, dataset: 1, seed, run: 10, folds }],
});
const full = variant('full', 'ID³', { 'rendered-lfw': [0.8, 0.9, 1.0] });
const worse = variant('no_anchors', 'without_anchors', { 'rendered-lfw': [0.7, 0.75, 0.8] });
const table = tabulate([full, worse]);

describe('the table', () => {
  it('has the numbers worked out by hand', () => {
    // mean 0.9, s = 0.1, t(0.975; 2) = 4.302653: 4.302653·0.1/√3 = 0.248414
    const { accuracy, versusBaseline, best, runs } = table.rows[0].results['rendered-lfw'];
    expect(accuracy.mean).toBeCloseTo(0.9, 12);
    expect(accuracy.halfWidth).toBeCloseTo(0.248414, 6);
    expect(versusBaseline).toBeUndefined();
    expect(best).toBe(true);
    expect(runs).toEqual([10]);
    // differences -0.1, -0.15, -0.2: mean -0.15, s = 0.05, t = -0.15/(0.05/√3) = -5.196152,
    // and with two degrees of freedom p = 1 - |t|/√(t²+2) = 1 - √(27/29)
    const { difference, p, pHolm } = table.rows[1].results['rendered-lfw'].versusBaseline!;
    expect(difference.mean).toBeCloseTo(-0.15, 12);
    expect(difference.halfWidth).toBeCloseTo(0.124207, 6);
    expect(p).toBeCloseTo(1 - Math.sqrt(27 / 29), 9);
    expect(pHolm).toBe(p);
  });

  it('compares with any row, and corrects for the number of comparisons', () => {
    const near = variant('near', 'near', { 'rendered-lfw': [0.71, 0.74, 0.82] });
    const { rows, baseline } = tabulate([full, worse, near], { baseline: 'no_anchors' });
    expect(baseline?.name).toBe('no_anchors');
    const [first, reference, third] = rows.map(({ results }) => results['rendered-lfw'].versusBaseline);
    expect(reference).toBeUndefined();
    expect(first!.difference.mean).toBeCloseTo(0.15, 12);
    expect([first!.comparisons, third!.comparisons]).toEqual([2, 2]);
    expect(first!.pHolm).toBeCloseTo(2 * first!.p!, 12);
    expect(third!.pHolm).toBe(third!.p);
  });

  it('never mixes rendered and real benchmarks, and averages fold by fold', () => {
    const mixed = variant('full', 'ID³', {
      lfw: [0.9, 0.9],
      'rendered-lfw': [0.5, 0.7],
      'rendered-calfw': [0.7, 0.7],
      agedb: [0.7, 0.8],
    });
    const { columns, rows } = tabulate([mixed]);
    expect(columns).toEqual([
      'rendered-lfw',
      'rendered-calfw',
      'rendered average',
      'lfw',
      'agedb',
      'real average',
    ]);
    const mean = (column: string) => rows[0].results[column].accuracy.mean;
    expect(mean('rendered average')).toBeCloseTo(0.65, 12);
    expect(mean('real average')).toBeCloseTo(0.825, 12);
    // folds 0.6 and 0.7: t(0.975; 1) = 12.7062, s/√2 = 0.05
    expect(rows[0].results['rendered average'].accuracy.halfWidth).toBeCloseTo(12.7062 * 0.05, 4);
  });

  it('leaves out what is not there yet, and compares over common seeds alone', () => {
    const two: VariantResults = {
      ...full,
      replicates: [
        ...full.replicates,
        { ...full.replicates[0], seed: 2, run: 11, folds: { 'rendered-lfw': [0.1, 0.2, 0.3] } },
      ],
    };
    const empty: VariantResults = { ...worse, name: 'empty', replicates: [] };
    const { rows } = tabulate([two, worse, empty]);
    expect(rows[0].results['rendered-lfw'].levels.recognisers).toBe(2);
    expect(rows[1].results['rendered-lfw'].versusBaseline!.difference.mean).toBeCloseTo(-0.15, 12);
    expect(rows[2].results).toEqual({});
    expect(tabulate([two, worse], { seeds: [2] }).rows[1].results).toEqual({});
  });

  it('does not call a bound best', () => {
    const ceiling = variant('ceiling', 'ceiling', { 'rendered-lfw': [1, 1, 1] });
    expect(tabulate([full, ceiling]).rows.map(({ results }) => results['rendered-lfw'].best)).toEqual([
      true,
      false,
    ]);
  });

  it('neither corrects for a bound nor claims anything of it', () => {
    const floor = variant('floor', 'floor', { 'rendered-lfw': [0.5, 0.55, 0.6] });
    const near = variant('near', 'near', { 'rendered-lfw': [0.79, 0.92, 0.97] });
    const [, one, other, bound] = tabulate([full, worse, near, floor]).rows.map(
      ({ results }) => results['rendered-lfw'].versusBaseline,
    );
    expect([one!.comparisons, other!.comparisons]).toEqual([2, 2]);
    expect(one!.pHolm).toBeCloseTo(2 * one!.p!, 12);
    expect(bound!.p).toBeLessThan(0.05);
    expect(bound!.pHolm).toBeUndefined();
    const high = { ...full, name: 'ceiling' };
    expect(tabulate([full, high]).rows[1].results['rendered-lfw'].versusBaseline!.equivalent).toBe(false);
    expect(terminalTable(tabulate([full, floor]))).toMatch(/^floor .*−35\.00 ± 12\.42$/m);
  });

  it('says over what a row is, and pairs it with one without a generator by folds', () => {
    const replicates = [1, 2, 3].flatMap((generator) =>
      [1, 2].map((seed) => ({
        generator,
        dataset: 1,
        seed,
        run: 10 * generator + seed,
        folds: { 'rendered-lfw': [0.7, 0.8, 0.9].map((one) => one + 0.01 * generator + 0.001 * seed) },
      })),
    );
    const ceiling: VariantResults = {
      ...variant('ceiling', 'ceiling', {}),
      replicates: [1, 2].map((seed) => ({
        generator: 0,
        dataset: 0,
        seed,
        run: seed,
        folds: { 'rendered-lfw': [0.8, 0.9, 1].map((one) => one + 0.002 * seed) },
      })),
    };
    const one: VariantResults = { ...full, name: 'one', title: 'one', replicates: replicates.slice(0, 2) };
    const nested = tabulate([{ ...full, replicates }, one, ceiling]);
    const [a, b, c] = nested.rows.map(({ results }) => results['rendered-lfw']);
    expect(a.levels).toEqual({ generators: 3, datasets: 3, recognisers: 6 });
    expect([b.versusBaseline!.paired, b.versusBaseline!.levels.generators]).toEqual([true, 1]);
    const { paired, difference } = c.versusBaseline!;
    expect(paired).toBe(false);
    expect(difference.mean).toBeCloseTo(0.1 + 0.003 - 0.02 - 0.0015, 12);
    // Folds fall out. Generators of 1 %: s²/3 = 1e-4/3; the ceiling's two seeds, 0.2 % apart: s²/2 = 1e-6.
    expect(difference.standardError! ** 2).toBeCloseTo(1e-4 / 3 + 1e-6, 12);
    const text = markdownTable(nested);
    expect(text).toContain('Over 3 folds and 2 recogniser seeds; one training of the generator.');
    expect(text).toContain(
      'ID³: over 3 folds and 3 trainings of the generator, 3 datasets and 6 recognisers.',
    );
  });

  it.each([
    [['rendered-lfw', 'rendered-calfw', 'lfw', 'agedb-30'], 'rendered average'],
    [['rendered-lfw', 'lfw', 'agedb-30'], 'rendered-lfw'],
    [['lfw', 'agedb-30'], 'real average'],
    [['lfw', 'lfw distinct'], 'lfw'],
  ])('of %j has one primary endpoint, %s', (names, primary) => {
    const table = tabulate([
      variant('full', 'ID³', Object.fromEntries(names.map((name) => [name, [0.9, 0.8]]))),
    ]);
    expect(table.endpoints.map(({ column }) => column)).toEqual([primary]);
    expect(tabulate([variant('full', 'ID³', {})]).endpoints).toEqual([]);
  });

  it('leaves the number on distinct pairs out of averages', () => {
    const { columns, rows } = tabulate([
      variant('full', 'ID³', {
        'cfp-ff': [0.9, 0.9],
        'cfp-ff distinct': [0.1, 0.1],
        lfw: [0.7, 0.7],
      }),
    ]);
    expect(columns).toEqual(['cfp-ff', 'cfp-ff distinct', 'lfw', 'real average']);
    expect(rows[0].results['real average'].accuracy.mean).toBeCloseTo(0.8, 12);
  });

  it('says what its primary endpoint can tell', () => {
    const { endpoints } = tabulate([full]);
    expect(endpoints[0]).toMatchObject({ detectable: undefined, factorial: undefined });
    // One comparison: standard error 0.05/√3 at two degrees of freedom, 5.6535 of which are seen (power.test.ts).
    const { alone, corrected } = table.endpoints[0].detectable!;
    expect(alone).toBeCloseTo((5.6535 * 0.05) / Math.sqrt(3), 5);
    expect(corrected).toBe(alone);
  });

  it('names what there is not', () => {
    expect(() => tabulate([full], { baseline: 'ful' })).toThrow(UserError);
    expect(() => tabulate([full], { benchmarks: ['lfw'] })).toThrow(
      'There is no benchmark "lfw" in this table; choose from rendered-lfw.',
    );
    expect(() => tabulate([full], { seeds: [7] })).toThrow('There is no seed "7"');
  });
});

describe('the formats', () => {
  it('are written for the terminal', () => {
    expect(terminalTable(table).split('\n').slice(0, 9)).toEqual([
      'accuracy in %, mean ± 95 % CI   rendered-lfw',
      '────────────────────────────────────────────',
      'ID³                            90.00 ± 24.84',
      'without_anchors                75.00 ± 12.42',
      '',
      'difference to ID³ in points, ± 95 % CI     rendered-lfw',
      '───────────────────────────────────────────────────────',
      'without_anchors                         −15.00 ± 12.42*',
      '',
    ]);
  });

  it('are written in Markdown, the best in bold', () => {
    expect(markdownTable(table)).toContain(
      '| ID³ | **90.00 ± 24.84** |\n| without\\_anchors | 75.00 ± 12.42 |\n',
    );
    expect(markdownTable(table)).toContain('| without\\_anchors | −15.00 ± 12.42* |\n');
    expect(markdownTable(table)).toContain(
      'Over 3 folds and 1 recogniser seed; one training of the generator.',
    );
  });

  it('are written in LaTeX with booktabs', () => {
    const latex = latexTable(table).split('\n');
    expect(latex.slice(1, 8)).toEqual([
      '\\begin{tabular}{lr}',
      '  \\toprule',
      '  accuracy in \\%, mean $\\pm$ 95 \\% CI & rendered-lfw \\\\',
      '  \\midrule',
      '  ID\\textsuperscript{3} & \\textbf{90.00 $\\pm$ 24.84} \\\\',
      '  without\\_anchors & 75.00 $\\pm$ 12.42 \\\\',
      '  \\bottomrule',
    ]);
    expect(latex).toContain('  without\\_anchors & $-$15.00 $\\pm$ 12.42* \\\\');
  });

  it('are written unrounded in CSV and JSON', () => {
    const csv = csvTable(table).split('\n');
    expect(csv).toHaveLength(6);
    expect(csv[3]).toMatch(/^detectable,rendered-lfw,rendered,,,,,,,,0\.163\d+,,,,,,$/);
    expect(csv[4]).toMatch(/^detectable-holm,/);
    expect(csv[1]).toMatch(/^full,rendered-lfw,rendered,1,1,1,3,0\.9\d*,0\.2484\d+,full,,,,,,,10$/);
    expect(csv[2]).toMatch(
      /^no_anchors,rendered-lfw,rendered,1,1,1,3,0\.75\d*,0\.1242\d+,full,-0\.1[45]\d*,0\.1242\d+,0\.035\d+,0\.035\d+,false,true,10$/,
    );
    const json = JSON.parse(jsonTable(table)) as typeof table;
    expect(json.rows[1].results['rendered-lfw'].versusBaseline!.p).toBe(
      table.rows[1].results['rendered-lfw'].versusBaseline!.p,
    );
  });

  it('mark what is no effect, as the legend explains', () => {
    const same = variant('same', 'same', { 'rendered-lfw': [0.801, 0.9, 1.0] });
    const { versusBaseline } = tabulate([full, same]).rows[1].results['rendered-lfw'];
    expect([versusBaseline!.equivalent, versusBaseline!.p! > 0.05]).toEqual([true, true]);
    expect(terminalTable(tabulate([full, same]))).toMatch(
      /^same .*\+0\.03 ± 0\.14≈\n\n.*≈ marks no effect: .* inside ±0\.5 points/ms,
    );
    expect(latexTable(tabulate([full, same]))).toContain('+0.03 $\\pm$ 0.14$\\approx$');
    expect(tabulate([full, worse]).rows[1].results['rendered-lfw'].versusBaseline!.equivalent).toBe(false);
  });

  it('have the 2×2 design where its four rows are there', () => {
    const row = (name: string, ...folds: number[]) => variant(name, name, { 'rendered-lfw': folds });
    const four = [
      row('full', 0.09, 0.08, 0.1),
      row('no-id-loss', 0.05, 0.06, 0.07),
      row('no-reversed-likelihood', 0.08, 0.07, 0.06),
      row('no-id-loss-no-score', 0.06, 0.06, 0.03),
    ];
    // The numbers of factorial.test.ts in points.
    const design = tabulate(four);
    expect(terminalTable(design)).toMatch(
      /^\{ID loss\} × \{score\}, rendered-lfw +points ± 95 % CI +p\n─+\nID loss +\+2\.50 ± 2\.15 +0\.038\n.*\n.* \+1\.00 ± 2\.48 +0\.23\n\n/m,
    );
    expect(markdownTable(design)).toContain('| +1.00 ± 2.48 | 0.23 |\n');
    expect(latexTable(design)).toContain('& +1.00 $\\pm$ 2.48 & 0.23 \\\\');
    expect(csvTable(design)).toMatch(
      /^interaction,rendered-lfw,rendered,1,1,1,,,,,0\.0(1|0999)\d*,0\.0248\d+,0\.225\d+,,,,$/m,
    );
    const { endpoints } = JSON.parse(jsonTable(design)) as typeof design;
    expect(endpoints[0].factorial!.interaction.p).toBeCloseTo(1 - Math.sqrt(3 / 5), 9);
    expect(terminalTable(tabulate(four.slice(0, 3)))).not.toContain('{ID loss}');
  });

  it.each([
    ['terminal', terminalTable, /rendered-calfw +rendered average +agedb +lfw +real average\n/],
    ['Markdown', markdownTable, /\| rendered-calfw \| rendered average \| agedb \| lfw \| real average \|\n/],
    ['LaTeX', latexTable, /& rendered-calfw & rendered average & agedb & lfw & real average \\\\\n/],
    ['CSV', csvTable, /,rendered average,rendered,[^]*,real average,real,/],
    ['JSON', jsonTable, /"rendered average",\s*"agedb",\s*"lfw",\s*"real average"/],
  ])('have an average of each kind, and the notes: %s', (name, format, columns) => {
    const measured = {
      agedb: [0.9, 0.9],
      lfw: [0.9, 0.9],
      'rendered-lfw': [0.5, 0.7],
      'rendered-calfw': [0.7, 0.7],
    };
    const text = format(tabulate([variant('full', 'ID³', measured)], { notes: ['3 people were left out.'] }));
    expect(text).toMatch(columns);
    expect(text.includes('3 people were left out.')).toBe(name !== 'CSV');
  });

  it('are written while only a part is verified', () => {
    const other = variant('other', 'other', { 'rendered-calfw': [0.7, 0.8] });
    const text = terminalTable(tabulate([full, other]));
    expect(text).toMatch(/^other +– +75\.00 ± 63\.53 +–$/m);
    expect(text).toContain('other: over 2 folds and 1 recogniser seed');
  });

  it('without the baseline has no differences', () => {
    expect(terminalTable(tabulate([worse]))).not.toContain('difference to');
  });

  it('quote what CSV would split', () => {
    expect(csvTable(tabulate([variant('a,"b"', 'x', { lfw: [1, 1] })])).split('\n')[1]).toMatch(
      /^"a,""b""",lfw,real,/,
    );
    expect(measuresCsv([{ name: 'full', title: 'x', values: { b: 1, a: null } }])).toBe(
      'variant,a,b\nfull,,1\n',
    );
  });
});
