import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { command, main } from '@id3/cli';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configOf, fields, runOptions } from '../cli/run-command.ts';
import { configFields } from './fields.ts';
import { loadConfig } from './load.ts';
import { PROFILES } from './profiles/index.ts';
import { PROFILE_NAMES } from './profiles/names.ts';
import type { Config } from './schema.ts';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** The config that a command line asks for, or the sentence that refuses it. */
async function asked(...words: string[]): Promise<Config | string> {
  let config: Config | undefined;
  const print = vi.spyOn(console, 'error').mockImplementation(() => {});
  const ask = command({
    name: 'ask',
    target: 'experiments:ask',
    summary: 'Keeps the config.',
    options: runOptions,
    fields,
    run: async (values, context) =>
      void (config = await configOf(values.profile, context.fields, Object.keys(runOptions))),
  });
  await main({ name: 'id3', version: '0', commands: [ask] }, ['ask', ...words]);
  if (config !== undefined) return config;
  expect(process.exitCode).toBe(1);
  expect(print).toHaveBeenCalledOnce();
  const [message] = print.mock.calls[0] as [string];
  expect(message).not.toContain('\n');
  return message;
}

describe('profiles', () => {
  it.each(PROFILE_NAMES)('%s is a whole and allowed config', (name) => {
    expect(loadConfig(name)).toEqual(PROFILES[name]);
  });

  it("quick has the networks and batches that the onnx backend's bench measures", () => {
    const path = join(import.meta.dirname, '../../../libs/tfjs-backend-onnx/bench/quick.json');
    const bench = JSON.parse(readFileSync(path, 'utf8')) as Record<string, object>;
    const { image, f, diffusion, generation, recogniser } = loadConfig('quick');
    expect(bench.image).toBe(image.size);
    expect(diffusion.unet).toMatchObject(bench.unet);
    // The whitening becomes f's last layer
    expect({ ...f.network, embeddingSize: f.whitenedSize }).toMatchObject(bench.f);
    expect(recogniser.network).toMatchObject(bench.recogniser);
    expect(bench.people).toBe(generation.identities);
    expect(bench.batchSize).toEqual({
      diffusion: diffusion.training.batchSize,
      sampling: generation.batchSize,
      recogniser: recogniser.training.batchSize,
    });
  });

  it('paper has the numbers of the paper', () => {
    const { image, diffusion, generation, recogniser } = loadConfig('paper');
    expect(image.size).toBe(112);
    expect(diffusion.timesteps).toBe(1000);
    expect(diffusion.training).toMatchObject({ steps: 500_000, batchSize: 16, idLossWeight: 1 });
    expect(diffusion.unet.conditionSizes).toEqual([512, 256, 768]);
    expect(generation).toMatchObject({ identities: 10_000, imagesPerIdentity: 50, anchors: 'spread' });
    expect(generation.sampler).toMatchObject({ kind: 'ancestral', steps: 1000, gradient: 'full' });
    expect(recogniser.network).toMatchObject({ blocks: [3, 4, 14, 3], embeddingSize: 512 });
    expect(recogniser.head).toEqual({ kind: 'arcface', scale: 64, margin: 0.5 });
  });
});

describe('the command line', () => {
  it('sets fields of every type', async () => {
    const config = await asked(
      '--profile=smoke',
      '--diffusion.training.steps=100',
      '--diffusion.unet.attributes=false',
      '--generation.lb=-0.25',
      '--generation.age=[20,30]',
      '--downstream.seeds=4,5',
      '--engine',
      'wasm',
      '--seed=7',
    );
    expect(config).toMatchObject({
      seed: 7,
      engine: 'wasm',
      diffusion: { training: { steps: 100 }, unet: { attributes: false } },
      generation: { lb: -0.25, age: [20, 30] },
      downstream: { seeds: [4, 5] },
      image: PROFILES.smoke.image,
    });
    expect(PROFILES.smoke.seed).not.toBe(7);
    const { diffusion } = (await asked('--diffusion.unet.attributes=style')) as Config;
    expect(diffusion.unet.attributes).toBe('style');
  });

  it('counts folders of benchmarks from where the person stands', async () => {
    vi.stubEnv('ID3_FROM', '/far/away');
    const config = await asked('--benchmarks.folders=lfw,/data/cfp-fp');
    vi.unstubAllEnvs();
    if (typeof config === 'string') throw new Error(config);
    expect(config.benchmarks.folders!.map((folder) => resolve(folder))).toEqual([
      '/far/away/lfw',
      '/data/cfp-fp',
    ]);
  });

  it.each([
    [
      ['--profile=fast'],
      'The option --profile is "fast"; expected one of smoke, quick, standard, paper, photos.',
    ],
    [
      ['--diffusion.trainig.steps=1'],
      'There is no config field "diffusion.trainig.steps"; did you mean "diffusion.training.steps"?',
    ],
    [
      ['--generation.sampler.guidanceScale=1'],
      'There is no config field "generation.sampler.guidanceScale"; "generation.sampler" has kind, steps, spacing, guidance, scoreBelow, kappa, gradient, freeY, freeS, clip, precision.',
    ],
    [
      ['--benchmarks.names='],
      'The config field "benchmarks.names" is []; expected a name, or a folder in benchmarks.folders.',
    ],
    [
      ['--benchmarks.folder=x'],
      'There is no config field "benchmarks.folder"; did you mean "benchmarks.folders"?',
    ],
    [['--seed.x=1'], 'There is no config field "seed.x": "seed" holds a value, not a group.'],
    [
      ['--generation.lb=0.9', '--generation.ub=0.5'],
      'The config field "generation.lb" is 0.9; expected lb ≤ ub.',
    ],
    [
      ['--diffusion.training.steps=many'],
      'The config field "diffusion.training.steps" is "many"; expected whole number ≥ 1.',
    ],
    [['--image.size=500'], 'The config field "image.size" is 500; expected number to be <=112.'],
    [
      ['--diffusion.training'],
      'The config field "diffusion.training" is a group; set one of its fields (steps, batchSize, learningRate, warmupSteps, weightDecay, clipNorm, emaDecay, idLossWeight, reduction, hideY, hideS, flip).',
    ],
    [
      ['--diffusion.unet.groups=5'],
      'The config field "diffusion.unet.groups" is 5; expected a divisor of baseChannels.',
    ],
    [
      ['--diffusion.unet.attentionLevels=0,3'],
      'The config field "diffusion.unet.attentionLevels" is [0,3]; expected numbers below the length of channelMultipliers.',
    ],
    [
      ['--diffusion.unet.attributes=true'],
      'The config field "diffusion.unet.attributes" is "true"; expected two positive gains, as in [1,1], or style, or false.',
    ],
    [
      ['--diffusion.unet.attentionHeads=5'],
      'The config field "diffusion.unet.attentionHeads" is 5; expected a divisor of the channels of every level with attention.',
    ],
    [
      ['--f.whitenedSize=129'],
      'The config field "f.whitenedSize" is 129; expected 0 (not whitened), or 2 to network.embeddingSize.',
    ],
    [
      ['--data.pretrain.people=24'],
      'The config field "f.whitenedSize" is 24; expected fewer than data.pretrain.people.',
    ],
    [['--workers=0'], 'The option --workers is "0"; expected a whole number of at least 1.'],
    [
      ['smoke'],
      'The argument "smoke" is not understood; options are written --name=value (--help lists all).',
    ],
    [['--worker=2'], 'There is no option --worker; did you mean --workers?'],
    [['--sed=2'], 'There is no config field "sed"; did you mean "seed"?'],
    [['--out=a', '--out=b'], 'The option --out needs one value, as in --out=VALUE.'],
  ])('%j is refused in one sentence', async (words, message) => {
    expect(await asked(...words)).toBe(message);
  });
});

describe('the list of fields', () => {
  it.each(PROFILE_NAMES)('has every field of %s', (name) => {
    const paths = (group: object, path: string): string[] =>
      Object.entries(group).flatMap(([field, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? paths(value, `${path}${field}.`)
          : [path + field],
      );
    const config = PROFILES[name];
    expect(
      configFields(config)
        .filter(({ value }) => value !== undefined)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(paths(config, '').sort());
  });
  it('has no text that is no path; one that is none needs a test of how it is read', () =>
    // That one is the name of a column.
    expect(
      configFields(PROFILES.quick).flatMap(({ allowed, path }) => (allowed === 'text' ? [path] : [])),
    ).toEqual(['benchmarks.threshold']));

  it('has fields that may be left out, which are set like any other', () => {
    const field = configFields(PROFILES.quick).find(({ path }) => path === 'benchmarks.folders');
    expect(field).toMatchObject({ value: undefined, allowed: 'a list of: a path' });
    const { benchmarks } = loadConfig('quick', { 'benchmarks.folders': 'a, b', 'benchmarks.names': '' });
    expect(benchmarks).toMatchObject({ folders: ['a', 'b'], names: [] });
    expect(loadConfig('quick', { 'data.prior.ageSpread': '3' }).data.prior.ageSpread).toBe(3);
  });

  it('says what is allowed', () => {
    const allowed = Object.fromEntries(
      configFields(PROFILES.quick).map((field) => [field.path, field.allowed]),
    );
    expect(allowed).toMatchObject({
      seed: 'whole number ≥ 0',
      'image.size': 'whole number ≥ 16, ≤ 112, a multiple of 16',
      engine: 'auto | onnx-cuda | tensorflow-gpu | onnx-webgpu | onnx | tensorflow | wasm | cpu',
      'generation.yaw': 'number ≥ -90, ≤ 90, then number ≥ -90, ≤ 90',
    });
    expect(allowed).toMatchSnapshot();
  });
});
