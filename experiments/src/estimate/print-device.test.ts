import { FULL } from '@id3/report';
import { afterEach, expect, it, vi } from 'vitest';
import { scoredSteps } from '@id3/model';
import { loadConfig } from '../config/load.ts';
import { shapeOf } from '../config/sections.ts';
import { Pipeline } from '../pipeline.ts';
import { Plan } from '../plan.ts';
import type { Step } from '../step.ts';
import { FROM_SCRATCH } from '../weights.ts';
import { ask } from './ask.ts';
import { DEVICES } from './devices.ts';
import { printDeviceEstimate } from './print-device.ts';

afterEach(() => vi.restoreAllMocks());

it(
  'prints hours by stage and in all, memory and the error, and computes nothing',
  { timeout: 600_000 },
  async () => {
    const config = loadConfig('smoke', {
      'diffusion.training.steps': '100000',
      'generation.identities': '5000',
    });
    const plan = new Plan();
    new Pipeline(plan, config, FULL, FROM_SCRATCH).generated();
    const said: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    await printDeviceEstimate(plan, DEVICES.h200, true);
    const text = said.join('\n');
    expect(text).toMatch(/for one NVIDIA H200\./);
    expect(text).toMatch(
      /^train-diffusion full: [\d.e-]+ s and 0\.\d GiB per training step of \d+ images × 100000 = .* \(.* with steps taken singly\)$/m,
    );
    expect(text).toMatch(
      /^generate full: [\d.e-]+ s and .* per partly guided sampling step of \d+ images × \d+ = [^()]*$/m,
    );
    expect(text).toMatch(
      /In all .* on one NVIDIA H200 \(.* singly, as the device was measured\); a step takes up to/,
    );
    expect(text).toMatch(
      /each, told by the others, was off by \d+ % to \d+ %, half of them by \d+ % or more/,
    );
    for (const devices of [8, 64])
      expect(text).toMatch(
        new RegExp(`^On ${devices} such devices at once: .*, of which they are idle \\d+ %\\.$`, 'm'),
      );
  },
);

it('counts the mean step of a sampling that the score moves in part', { timeout: 600_000 }, async () => {
  const { image, diffusion, f, generation } = loadConfig('smoke', { 'generation.sampler.guidance': '1' });
  const sampler = { ...generation.sampler, steps: 4 };
  const countedBelow = async (scoreBelow: number) => {
    const changed = { ...generation, sampler: { ...sampler, scoreBelow } };
    const step: Step = { of: 'sampling', generation: changed, diffusion, f, ...shapeOf(image) };
    return (await ask({ step }, 'generate', 'counted')).cost;
  };
  const share = scoredSteps({ ...sampler, scoreBelow: 0.6 }, diffusion.timesteps) / 4;
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
  const [none, some, all] = [await countedBelow(0), await countedBelow(0.6), await countedBelow(1)];
  expect(all.nodes).toBeGreaterThan(1.5 * none.nodes);
  for (const count of ['nodes', 'multiplications', 'crossedBytes'] as const)
    expect(some[count]).toBeCloseTo(share * all[count] + (1 - share) * none[count], 3);
  expect(some.peakBytes).toBe(all.peakBytes);
});
