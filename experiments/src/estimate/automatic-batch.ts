import { totalmem } from 'node:os';
import { UserError } from '@id3/core';
import { gpuEngine, gpuMemory } from '@id3/engine';
import type { Config } from '../config/schema.ts';
import { shapeOf } from '../config/sections.ts';
import type { RunSettings } from '../settings.ts';
import type { Step } from '../step.ts';
import { ask, gib } from './ask.ts';
import { DEVICES } from './devices.ts';

/** Of the memory that there is, so much may be counted on: an engine keeps more than it needs at once, 1.2 to 1.4 times as measured. */
const USABLE = 0.6;
/** On an H200, 512 images of 32×32 took hardly longer than 48; more would not be faster, and lose more where a run is killed. */
const MOST = 512;

/** Bytes that a step of so many images takes at most at once. */
export interface Counted {
  readonly images: number;
  readonly bytes: number;
}

/**
 * The batch of images that fits: `most`, or the largest power of two below that does, at least 1. Memory grows in a straight line through
 * both counts.
 */
export function fittingBatch([a, b]: readonly [Counted, Counted], memory: number, most: number): number {
  const each = (b.bytes - a.bytes) / (b.images - a.images);
  const fitting = (USABLE * memory - (a.bytes - each * a.images)) / each;
  return fitting >= most ? most : 2 ** Math.floor(Math.log2(Math.max(1, fitting)));
}

type BatchSettings = Pick<RunSettings, 'workers' | 'threads'> &
  Partial<Pick<RunSettings, 'device' | 'executor'>>;

/**
 * What `generation.batchSize=auto` is here, and why in words. It is the same on one machine whatever else computes there, since it becomes
 * part of the dataset's key: the whole memory counts, and no time does. With an estimate for a device, it is that
 * device's. Throws a UserError with an executor of other machines.
 */
export async function automaticBatch(
  { engine, generation, diffusion, f, image }: Config,
  { workers, threads, device, executor }: BatchSettings,
): Promise<{ batchSize: number; why: string }> {
  if (executor === 'slurm')
    throw new UserError(
      'generation.batchSize=auto looks at this machine, not at those of a cluster; give a number with --executor=slurm.',
    );
  const { batchSize: usual, identities, imagesPerIdentity } = generation;
  const gpu = device === undefined ? await gpuHere(engine, threads) : DEVICES[device];
  if (gpu !== undefined && gpu.memoryBytes === undefined)
    return { batchSize: usual, why: `the memory of the device of ${gpu.name} is not known` };
  const count = async (images: number): Promise<Counted> => {
    const step: Step = {
      of: 'sampling',
      generation: { ...generation, batchSize: images },
      diffusion,
      f,
      ...shapeOf(image),
    };
    const { cost } = await ask({ step }, 'generate', 'counted');
    return { images, bytes: cost.peakBytes };
  };
  const counts = [await count(1), await count(2)] as const;
  const memory = gpu?.memoryBytes ?? totalmem() / workers;
  const most = gpu === undefined ? usual : Math.min(MOST, identities * imagesPerIdentity);
  const batchSize = fittingBatch(counts, memory, most);
  const [{ bytes }, { bytes: ofTwo }] = counts;
  const taken = gib(bytes + (batchSize - 1) * (ofTwo - bytes));
  return {
    batchSize,
    why: `${taken} of ${gib(memory)} ${gpu === undefined ? 'for a worker' : 'on the device'}`,
  };
}

/** The engine on a graphics device that computes here, and that device's memory, as far as it is known; undefined on the CPU. */
async function gpuHere(
  engine: Config['engine'],
  threads: number,
): Promise<{ name: string; memoryBytes: number | undefined } | undefined> {
  const name = await gpuEngine(engine === 'auto' ? undefined : engine, { threads });
  return name && { name, memoryBytes: gpuMemory() };
}
