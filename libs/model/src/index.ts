export * from './checkpoint.ts';
export * from './diffusion/calibration.ts';
export * from './diffusion/classifier-free.ts';
export * from './diffusion/conditioning.ts';
export * from './diffusion/equations.ts';
export * from './diffusion/peers.ts';
export {
  PLAIN_SAMPLER,
  samplerSchema,
  scoredSteps,
  stridedTimes,
  type SamplerOptions,
  type Spacing,
} from './diffusion/sampler-options.ts';
export * from './diffusion/sampler.ts';
export * from './diffusion/solvers.ts';
export * from './diffusion/style.ts';
export * from './diffusion/train.ts';
export * from './diffusion/unet.ts';
export * from './diffusion/von-mises-fisher.ts';
export * from './generation/anchors.ts';
export * from './generation/variation.ts';
export * from './generation/generate.ts';
export * from './nn/layers.ts';
export * from './nn/resample.ts';
export * from './nn/scope.ts';
export * from './optim/flat.ts';
export * from './optim/gradients.ts';
export * from './optim/optimisers.ts';
export * from './optim/schedule.ts';
export * from './recogniser/embed.ts';
export * from './recogniser/face-api.ts';
export * from './recogniser/faceres.ts';
export * from './recogniser/frozen.ts';
export * from './recogniser/heads.ts';
export * from './recogniser/iresnet.ts';
export * from './recogniser/train.ts';
export * from './recogniser/whitening.ts';
export { stepsTogether } from './pace.ts';
export * from './training.ts';
