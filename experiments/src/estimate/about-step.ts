import { frozenNetwork, scoredSteps, type DiffusionOptions, type FOptions } from '@id3/model';
import type { Step } from '../step.ts';

/** What is known of a step before it is timed. */
export interface AboutStep {
  /** Such as `training step of 16 images`. */
  readonly name: string;
  /** How many steps the stage has. */
  readonly steps: number;
  /** What the time of a step depends on: any JSON value. */
  readonly timedBy: unknown;
  /** Whether it is timed with fewer images, so that nothing is known of its memory. */
  readonly isProjected?: boolean;
}

/** The most pixels that a recogniser's step is timed with (16 images of 128×128); larger ones are projected, for memory's sake. */
const MAX_PIXELS = 2 ** 18;

/** How many images a recogniser's step is timed with. */
export const timedBatch = (batchSize: number, size: number): number =>
  Math.max(2, Math.min(batchSize, Math.floor(MAX_PIXELS / size ** 2)));

/** @param options `whole` where a step is counted, and so never projected from a smaller one */
export function aboutStep(step: Step, { whole = false } = {}): AboutStep {
  const { size, channels } = step;
  switch (step.of) {
    case 'diffusion-training': {
      const { steps, batchSize, idLossWeight, precision } = step.diffusion.training;
      const withF = idLossWeight > 0;
      return {
        name: `training step of ${batchSize} images${withF ? '' : ' without ID loss'}`,
        steps,
        timedBy: { ...networksOf(step.diffusion, step.f), batchSize, withF, precision, size, channels },
      };
    }
    case 'recogniser-training': {
      const { network, head, training } = step.recogniser;
      const { batchSize, steps, precision } = training;
      const timed = whole ? batchSize : timedBatch(batchSize, size);
      return {
        name: `training step of ${batchSize} images${timed < batchSize ? ` (projected from ${timed})` : ''}`,
        steps,
        timedBy: { network, head: head.kind, batchSize, precision, size, channels },
        isProjected: timed < batchSize,
      };
    }
    case 'sampling': {
      const { batchSize, identities, imagesPerIdentity, sampler } = step.generation;
      const scored = scoredSteps(sampler, step.diffusion.timesteps);
      const which = scored === 0 ? '' : scored < sampler.steps ? 'partly guided ' : 'guided ';
      return {
        name: `${which}sampling step of ${batchSize} images`,
        steps: Math.ceil((identities * imagesPerIdentity) / batchSize) * sampler.steps,
        timedBy: {
          ...networksOf(step.diffusion, step.f),
          batchSize,
          score: scored > 0 ? sampler.gradient : undefined,
          scored: scored > 0 && scored < sampler.steps ? scored / sampler.steps : undefined,
          // How many more passes classifier-free guidance takes.
          passes: Number(sampler.freeY > 0) + Number(sampler.freeS > 0),
          precision: sampler.precision,
          size,
          channels,
        },
      };
    }
  }
}

/** What of the denoising network and of f decides the time of a step. */
const networksOf = ({ unet, prediction }: DiffusionOptions, { source, ...f }: FOptions) => ({
  unet: { ...unet, attributes: [1, 1] },
  prediction,
  f: source === 'trained' ? frozenNetwork(f) : { whitenedSize: f.whitenedSize },
});
