import { describe, expect, it } from 'vitest';
import { loadConfig } from './config/load.ts';
import { sweep } from './cli/sweep.ts';
import { planAblation, targetsOf } from './rows.ts';
import { SWEEPS, SWEEP_NAMES, sweepVariants } from './sweeps.ts';
import { ablationVariants } from './variants.ts';
import { FROM_SCRATCH } from './weights.ts';

const config = loadConfig('quick', { 'generation.sampler.guidance': '0.3' });
const rows = (...names: string[]) => ablationVariants(config).filter(({ name }) => names.includes(name));

describe('a sweep', () => {
  it('gives every row every value, the config’s own under the row’s name, in ascending order', () => {
    const field = 'generation.sampler.guidance';
    const variants = sweepVariants(config, { field, values: ['1', '0'] }, rows('full', 'no-id-loss'));
    expect(variants.map(({ name }) => name)).toEqual([
      'full-guidance-0',
      'full',
      'full-guidance-1',
      'no-id-loss-guidance-0',
      'no-id-loss',
      'no-id-loss-guidance-1',
    ]);
    expect(variants.map(({ apply }) => apply(config).generation.sampler.guidance)).toEqual([
      0, 0.3, 1, 0, 0.3, 1,
    ]);
    expect(variants.map(({ apply }) => apply(config).diffusion.training.idLossWeight)).toEqual([
      1, 1, 1, 0, 0, 0,
    ]);
  });

  it('calls a field that is left out by a word', () => {
    const field = 'diffusion.training.hideComponents';
    const variants = sweepVariants(config, { field, values: ['0.25'] }, rows('full'));
    expect(variants.map(({ name, title }) => [name, title])).toEqual([
      ['full-hideComponents-0.25', `ID³, ${field} = 0.25`],
      ['full', `ID³, ${field} = none`],
    ]);
    expect(Object.keys(variants[1].apply(config).diffusion.training)).not.toContain('hideComponents');
  });

  it('refuses fields, values and rows that cannot be, in a sentence', () => {
    const of = (field: string, value: string, ...names: string[]) =>
      sweepVariants(config, { field, values: [value] }, rows(...names));
    expect(() => of('generation.lbb', '0.2', 'full')).toThrow(/no config field "generation.lbb".*lb/);
    expect(() => of('generation.lb', '2', 'full')).toThrow(/"generation.lb" is 2; expected/);
    expect(() => of('diffusion.training.idLossWeight', '0.5', 'no-id-loss')).toThrow(
      'The row "no-id-loss" sets diffusion.training.idLossWeight itself; name other rows with --variants, or another field.',
    );
  });

  it.each(SWEEP_NAMES)('%s can be planned, and every point is other work', (name) => {
    const { rows: names, ...sweep } = SWEEPS[name];
    const variants = sweepVariants(config, sweep, rows(...names));
    expect(variants.length).toBeGreaterThanOrEqual(sweep.values.length * names.length);
    const planned = planAblation(config, variants, FROM_SCRATCH).rows;
    const keys = planned.flatMap(({ verifications }) => verifications.map(({ key }) => key));
    expect(new Set(keys).size).toBe(config.downstream.seeds.length * variants.length);
  });
});

it('the help names every sweep', () => {
  expect(sweep.details).toContain(`Named sweeps: ${SWEEP_NAMES.join(', ')}.`);
});

it('a row has a recogniser of each seed on every dataset of every generator; the ceiling has no generators', () => {
  const several = loadConfig('quick', {
    'downstream.generators': 2,
    'downstream.datasets': 3,
    'downstream.seeds': '5,6',
  });
  const [full, ceiling] = planAblation(several, rows('full', 'ceiling'), FROM_SCRATCH).rows;
  const seeds = full.verifications.map(({ inputs }) => [inputs.generator, inputs.dataset, inputs.seed]);
  expect(seeds).toEqual(
    [1, 2].flatMap((generator) =>
      [1, 2, 3].flatMap((dataset) => [5, 6].map((seed) => [generator, dataset, seed])),
    ),
  );
  expect(new Set(full.verifications.map(({ key }) => key)).size).toBe(12);
  expect(ceiling.verifications.map(({ inputs }) => inputs.generator)).toEqual([0, 0]);
});

it('a generator trains with each seed once, whatever is sampled from it', () => {
  const several = loadConfig('quick', {
    'downstream.generators': 2,
    'downstream.datasets': 3,
    'downstream.seeds': '1,2,3',
  });
  const { plan, rows: planned } = planAblation(several, rows('full'), FROM_SCRATCH);
  const count = (name: string) => plan.nodes.filter(({ stage }) => stage.name === name).length;
  expect([count('train-diffusion'), count('generate'), count('train-recogniser')]).toEqual([2, 6, 18]);
  expect(targetsOf(planned).length).toBeGreaterThan(18);
});
