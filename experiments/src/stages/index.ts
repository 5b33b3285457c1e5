import { anchorPlacement } from './anchor-placement.ts';
import { committedWeightsLoading } from './committed-weights.ts';
import { diffusionTraining } from './diffusion-training.ts';
import { embedding } from './embedding.ts';
import { generation } from './generation.ts';
import { measuring } from './measures.ts';
import { faceApiF } from './face-api-f.ts';
import { photoPool } from './photo-pool.ts';
import { fTraining, recogniserTraining } from './recogniser-training.ts';
import { benchmarkRendering, poolRendering } from './rendering.ts';
import { sampleGrid } from './sample-grid.ts';
import type { Stage, StageRegistry } from './stage.ts';
import { verification } from './verification.ts';

/** Every stage a worker can run, by name. A task brings inputs of its own stage's type. */
export const STAGES: StageRegistry = Object.fromEntries(
  [
    poolRendering,
    benchmarkRendering,
    photoPool,
    faceApiF,
    committedWeightsLoading,
    fTraining,
    diffusionTraining,
    anchorPlacement,
    generation,
    sampleGrid,
    embedding,
    measuring,
    recogniserTraining,
    verification,
  ].map((stage) => [stage.name, stage as unknown as Stage]),
);
