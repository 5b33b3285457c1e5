import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, sha256 } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Overrides } from './config/load.ts';
import { aboutStep } from './estimate/about-step.ts';
import { planAblation, planRobustness, targetsOf } from './rows.ts';
import { ablationVariants, defaultVariants } from './variants.ts';
import { readCalibration } from './stages/results.ts';
import {
  FROM_SCRATCH,
  WEIGHTS_FOLDER,
  calibrationBeside,
  committedWeights,
  type WeightsIndex,
} from './weights.ts';

const ablation = (overrides: Overrides = {}, weights: WeightsIndex = FROM_SCRATCH) => {
  const config = loadConfig('quick', overrides);
  return planAblation(config, ablationVariants(config), weights);
};

describe('the ablation', () => {
  it('shares every stage that variants have in common', () => {
    const seeds = loadConfig('quick').downstream.seeds.length;
    const { plan, rows } = ablation();
    const counts: Record<string, number> = {};
    for (const { stage } of plan.nodes) counts[stage.name] = (counts[stage.name] ?? 0) + 1;
    expect(rows.map(({ variant }) => variant.name)).toHaveLength(16);
    expect(counts).toEqual({
      // pretrain, train, validation, the judge's, and as much of train as is generated
      'render-pool': 5,
      'render-benchmark': 5,
      // and the judge
      'train-f': 2,
      // with all, without the ID loss, without attributes, two of the peers
      'train-diffusion': 5,
      calibrate: 5,
      // spread, random
      anchors: 2,
      // all rows but the ceiling
      generate: 15,
      'sample-grid': 1,
      // the same, the train pool and the ceiling's part of it, each by f and by the judge
      embed: 34,
      measure: 16,
      'train-recogniser': 16 * seeds,
      // and f's own, and the judge's
      verify: 16 * seeds + 2,
    });
    const shared = plan.nodes.find(({ stage }) => stage.name === 'train-f')!;
    expect([...shared.variants]).toEqual(rows.map(({ variant }) => variant.name));
  });

  it('has the four settings of [lb, ub] once, whichever is the full one', () => {
    const names = ({ rows }: ReturnType<typeof ablation>) =>
      rows.map(({ variant }) => variant.name).filter((name) => name.startsWith('bounds'));
    expect(names(ablation({ 'generation.lb': 0.8 }))).toHaveLength(3);
    expect(names(ablation())).toHaveLength(4);
  });

  it('lists each node after those it needs', () => {
    const seen = new Set<string>();
    for (const node of ablation().plan.nodes) {
      for (const need of Object.values(node.needs)) expect(seen).toContain(need.key);
      seen.add(node.key);
    }
  });
});

it('a trial of robustness asks the ablation’s recognisers of every seed, and makes nothing else anew', () => {
  const config = loadConfig('quick');
  const chosen = ablationVariants(config).filter(({ name }) => ['full', 'floor'].includes(name));
  const { plan, rows } = planRobustness(config, chosen, FROM_SCRATCH);
  const targets = targetsOf(rows);
  expect(targets.map(({ label }) => label)).toEqual(
    ['full', 'floor'].flatMap((name) =>
      config.downstream.seeds.map((seed) => `robustness ${name} seed ${seed}`),
    ),
  );
  const known = new Set(ablation().plan.nodes.map(({ key }) => key));
  expect(plan.nodes.filter(({ key }) => !known.has(key))).toEqual(targets);
  // One draw for all: the rows are compared on the same disturbed pictures.
  expect(new Set(targets.map(({ inputs }) => inputs.disturbanceSeed))).toEqual(new Set([config.seed]));
  expect(new Set(targets.map(({ inputs }) => inputs.seed))).toEqual(new Set(config.downstream.seeds));
});

it('an estimate times few kinds of steps, whatever the number of variants', () => {
  const config = loadConfig('paper');
  const { nodes } = planAblation(config, ablationVariants(config), FROM_SCRATCH).plan;
  const steps = nodes.flatMap(({ step }) => (step === undefined ? [] : [aboutStep(step)]));
  expect([...new Set(steps.map(({ name }) => name))].sort()).toEqual([
    'guided sampling step of 16 images',
    'sampling step of 16 images',
    'training step of 16 images',
    'training step of 16 images without ID loss',
    'training step of 512 images (projected from 20)',
  ]);
  expect(new Set(steps.map(({ timedBy }) => hashOf(timedBy))).size).toBe(5);
});

it('half precision is part of the key of what is computed in it, and of nothing before', () => {
  const keysOf = (overrides: Overrides) => {
    const { nodes } = ablation(overrides).plan;
    return Object.fromEntries(
      nodes.filter(({ variants }) => variants.has('full')).map((node) => [node.label, node.key]),
    );
  };
  const exact = keysOf({});
  const changedBy = (field: string) => {
    const half = keysOf({ [field]: 'float16' });
    expect(Object.keys(half)).toEqual(Object.keys(exact));
    return Object.keys(half).filter((label) => half[label] !== exact[label]);
  };
  const generated = changedBy('generation.sampler.precision');
  expect(generated).toContain('generate full');
  expect(generated.filter((label) => /^(train-(f|diffusion)|calibrate|anchors|render)/.test(label))).toEqual(
    [],
  );
  const trained = changedBy('diffusion.training.precision');
  expect(trained).toEqual(
    expect.arrayContaining(['train-diffusion full', 'calibrate full', 'generate full']),
  );
  expect(trained.filter((label) => /^(train-f|anchors|render)/.test(label))).toEqual([]);
  expect(
    changedBy('recogniser.training.precision').every((label) => /^(train-recogniser|verify) /.test(label)),
  ).toBe(true);
});

/** The rows that `quick` shows where none are asked for. */
const quick = (weights: WeightsIndex = FROM_SCRATCH) => {
  const config = loadConfig('quick');
  return planAblation(config, defaultVariants(config, 'quick'), weights);
};

it('standard has several generators of the rows of the main question, and one of the others', () => {
  const config = loadConfig('standard');
  const { rows } = planAblation(config, defaultVariants(config, 'standard'), FROM_SCRATCH);
  const generators = Object.fromEntries(
    rows.map(({ variant, verifications }) => [
      variant.name,
      new Set(verifications.map(({ inputs }) => inputs.generator)).size,
    ]),
  );
  expect(generators).toMatchObject({ full: 3, 'no-id-loss-no-score': 3, floor: 3 });
  expect(generators).toMatchObject({ ceiling: 1, 'no-attributes': 1, 'peer-dcface': 1 });
});

describe('committed weights', () => {
  it('are those of the quick profile, as their provenance says', () => {
    const weights = committedWeights();
    const trained = quick().plan.nodes.filter(({ stage }) =>
      /^(train-(f|diffusion)|calibrate)$/.test(stage.name),
    );
    expect([...weights.keys()].sort()).toEqual(trained.map(({ key }) => key).sort());
    for (const { file, sha256: expected } of weights.values())
      expect(sha256(readFileSync(join(WEIGHTS_FOLDER, file)))).toBe(expected);
  });

  it('of diffusion models have a κ beside them, fitted from t = 1 to T', () => {
    const committed = committedWeights();
    const fitted = quick().plan.nodes.filter(({ stage }) => stage.name === 'calibrate');
    expect(fitted).toHaveLength(2);
    for (const { key, needs } of fitted) {
      const { file } = committed.get(key)!;
      expect(file).toBe(calibrationBeside(committed.get(needs.diffusion!.key)!.file));
      const calibration = readCalibration(join(WEIGHTS_FOLDER, file));
      expect([calibration[0].t, calibration.at(-1)!.t]).toEqual([1, 1000]);
      expect(calibration.every(({ kappa }) => kappa > 0)).toBe(true);
    }
  });

  it('stand for the trainings and for what only these need', () => {
    const names = ({ plan }: ReturnType<typeof ablation>) => plan.nodes.map(({ label }) => label);
    const [scratch, taken] = [names(quick()), names(quick(committedWeights()))];
    expect(scratch.filter((name) => !taken.includes(name)).sort()).toEqual([
      'calibrate full',
      'calibrate no-id-loss',
      'render-pool judge',
      'render-pool pretrain',
      'render-pool validation',
      'train-diffusion full',
      'train-diffusion no-id-loss',
      'train-f',
      'train-f judge',
    ]);
    expect(taken.filter((name) => name.startsWith('committed-'))).toHaveLength(6);
  });

  it('are not taken for a config that trains otherwise', () => {
    const { plan } = ablation({ 'diffusion.training.steps': 7 }, committedWeights());
    const stages = plan.nodes.map(({ stage }) => stage.name);
    expect(stages.filter((name) => name === 'train-diffusion')).toHaveLength(5);
    expect(stages.filter((name) => name.startsWith('committed-'))).toHaveLength(2);
  });
});

describe('the key of a stage', () => {
  const keys = (overrides: Overrides = {}) =>
    Object.fromEntries(ablation(overrides).plan.nodes.map(({ label, key }) => [label, key]));
  const changed = (overrides: Overrides): string[] => {
    const [before, after] = [keys(), keys(overrides)];
    const stages = Object.keys(before).filter((label) => before[label] !== after[label]);
    return [...new Set(stages.map((label) => label.split(' ')[0]))].sort();
  };

  it('is the same for the same config', () => {
    expect(keys()).toEqual(keys());
    expect(changed({ engine: 'cpu' })).toEqual([]);
  });

  it('is that from before there was grey where images are RGB, and another of every image that is not', () => {
    expect(changed({ 'image.channels': 3 })).toEqual([]);
    const all = [...new Set(Object.keys(keys()).map((label) => label.split(' ')[0]))];
    expect(changed({ 'image.channels': 1 })).toEqual(all.filter((stage) => stage !== 'anchors').sort());
  });

  it('changes with what the stage depends on, and with nothing else', () => {
    expect(changed({ 'recogniser.training.steps': 7 })).toEqual(['train-recogniser', 'verify']);
    expect(changed({ 'generation.sampler.steps': 7 })).toEqual([
      'embed',
      'generate',
      'measure',
      'sample-grid',
      'train-recogniser',
      'verify',
    ]);
    expect(changed({ 'benchmarks.pairs': 200 })).toEqual(['measure', 'render-benchmark', 'verify']);
    expect(changed({ 'data.pretrain.people': 500 })).toEqual([
      'calibrate',
      'embed',
      'generate',
      'measure',
      'render-pool',
      'sample-grid',
      'train-diffusion',
      'train-f',
      'train-recogniser',
      'verify',
    ]);
  });
});
