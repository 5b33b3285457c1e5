import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '@id3/data';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { loadConfig } from './config/load.ts';
import { Pipeline } from './pipeline.ts';
import { Plan, type PlanNode } from './plan.ts';
import { anchorsStage } from './stages/anchors.ts';
import { STAGES } from './stages/index.ts';
import type { SavedDiffusion } from './stages/results.ts';
import { trainDiffusionStage } from './stages/train-diffusion.ts';
import { verifyStage } from './stages/verify.ts';
import { FROM_SCRATCH } from './weights.ts';

type Inputs = z.infer<typeof trainDiffusionStage.inputs>;
type Needs = typeof trainDiffusionStage.needs;

const about = { variant: 'full' };

describe('a plan', () => {
  // The compiler is the test: it complains about each line below that does not expect an error and has one, or the reverse.
  it('takes no result where a stage needs another kind', () => {
    const plan = new Plan();
    const config = loadConfig('smoke');
    const pipeline = new Pipeline(plan, config, 'full', FROM_SCRATCH);
    const inputs = { size: config.image.size, diffusion: config.diffusion };
    const [pool, f] = [pipeline.pool('train'), pipeline.f()];
    const add = (given: Parameters<typeof plan.add<Inputs, Needs, SavedDiffusion>>[2]) =>
      plan.add(trainDiffusionStage, inputs, given, about);
    const right = add({ dataset: pool, f });
    // @ts-expect-error swapped
    const swapped = add({ dataset: f, f: pool });
    // @ts-expect-error a diffusion model is no recogniser
    const wrong = add({ dataset: pool, f: right });
    // @ts-expect-error forgotten
    const forgotten = () => add({ dataset: pool });
    const verify = (benchmarks: Record<string, PlanNode<Dataset>>) =>
      plan.add(
        verifyStage,
        { seed: 1, generator: 1, dataset: 1, benchmarks: [] },
        { recogniser: f, benchmarks },
        about,
      );
    // @ts-expect-error a recogniser is no benchmark
    const noBenchmark = verify({ lfw: f });
    const anchors = { seed: 1, identities: 2, embeddingSize: 8 };
    // @ts-expect-error of a kind that there is not
    const noKind = plan.add(anchorsStage, { ...anchors, kind: 'even' }, {}, about);
    const keys = [right, swapped, wrong, noBenchmark, noKind].map(({ key }) => key);
    expect(new Set(keys).size).toBe(5);
    expect(forgotten).toBeTypeOf('function');
  });
});

describe('the stages', () => {
  const names = Object.keys(STAGES);
  it.each(names)('%s is defined in a file of its name, by a constant of its name', async (name) => {
    expect(existsSync(join(import.meta.dirname, 'stages', `${name}.ts`))).toBe(true);
    const constant = `${name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Stage`;
    const module = (await import(`./stages/${name}.ts`)) as Record<string, { name: string }>;
    expect(module[constant]?.name).toBe(name);
  });
});
