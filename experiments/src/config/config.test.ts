import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../cli/arguments.ts';
import { loadConfig } from './load.ts';
import { PROFILES } from './profiles/index.ts';

const args = (...argv: string[]) => parseArguments(argv, { profile: 'quick', cores: 2 });
const failure = (...argv: string[]): string => {
  try {
    const { profile, overrides } = args(...argv);
    loadConfig(profile, overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe('profiles', () => {
  it.each(Object.keys(PROFILES))('%s is a whole and allowed config', (name) => {
    expect(loadConfig(name)).toEqual(PROFILES[name as keyof typeof PROFILES]);
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
  it('sets fields of every type', () => {
    const { profile, overrides } = args(
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
    const config = loadConfig(profile, overrides);
    expect(config).toMatchObject({
      seed: 7,
      engine: 'wasm',
      diffusion: { training: { steps: 100 }, unet: { attributes: false } },
      generation: { lb: -0.25, age: [20, 30] },
      downstream: { seeds: [4, 5] },
    });
    expect(config.image).toEqual(PROFILES.smoke.image);
    expect(PROFILES.smoke.seed).not.toBe(7);
  });

  it.each([
    [['--profile=fast'], 'There is no profile "fast"; choose one of smoke, quick, standard, paper.'],
    [
      ['--diffusion.trainig.steps=1'],
      'There is no config field "diffusion.trainig.steps"; did you mean "diffusion.training.steps"?',
    ],
    [
      ['--generation.sampler.guidanceScale=1'],
      'There is no config field "generation.sampler.guidanceScale"; "generation.sampler" has kind, steps, spacing, guidance, gradient, clip.',
    ],
    [['--seed.x=1'], 'There is no config field "seed.x": "seed" holds a value, not a group.'],
    [
      ['--generation.lb=0.9', '--generation.ub=0.5'],
      'The config field "generation.lb" is 0.9; expected lb ≤ ub.',
    ],
    [
      ['--diffusion.training.steps=many'],
      'The config field "diffusion.training.steps" is "many"; expected number, received string.',
    ],
    [['--image.size=500'], 'The config field "image.size" is 500; expected number to be <=112.'],
    [
      ['--diffusion.training'],
      'The config field "diffusion.training" is a group; set one of its fields (steps, batchSize, learningRate, warmupSteps, weightDecay, clipNorm, emaDecay, idLossWeight, flip).',
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
      'The config field "diffusion.unet.attributes" is ["true"]; expected two positive gains, as in [1,1], or false.',
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
      'The argument "smoke" is not understood; options are written --name=value (-- --help lists all).',
    ],
  ])('%j is refused in one sentence', (argv, message) => {
    expect(failure(...argv)).toBe(message);
  });
});
