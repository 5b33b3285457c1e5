import { UserError } from '@id3/core';
import type { TrainedModel } from '@id3/experiments/trained';
import type { ImagePlan, SamplerOptions } from '@id3/model';
import { ROW_LENGTH, type FaceRequest, type MadeFace, type ModelChoice } from '@id3/studio-client';
import { identityOf } from './identity.ts';

/** What a person may choose of a model, and what stands where nothing is chosen. */
export function choiceOf(model: TrainedModel, step: number | undefined): ModelChoice {
  const { generation, diffusion, image } = model.config;
  const { kind, steps, guidance, freeY, freeS } = generation.sampler;
  const { hideY, hideS, steps: trainingSteps } = diffusion.training;
  const asks = Array.isArray(diffusion.unet.attributes);
  return {
    id: model.id,
    title: model.title,
    group: model.group,
    size: image.size,
    training: step === undefined ? undefined : { step, steps: trainingSteps },
    age: asks ? generation.age : undefined,
    yaw: asks ? generation.yaw : undefined,
    sampler: { kind, steps, w: guidance, freeY, freeS },
    timesteps: diffusion.timesteps,
    hidesY: hideY > 0,
    hidesS: hideS > 0 && asks,
    fitted: model.calibration !== undefined && generation.sampler.kappa === 'fitted',
    judged: model.judge !== undefined,
    pool: model.pool?.id,
    sets: model.sets.map(({ id, title, identities }) => ({ id, title, identities })),
  };
}

/** The middle of a range, and 0 where that lies in it: what a face shows where nothing is asked. */
const middle = ([from, to]: readonly [number, number]): number => Math.round((from + to) / 2);

/** From where to where a row runs. */
function rangeOf(row: NonNullable<FaceRequest['row']>, choice: ModelChoice): readonly [number, number] {
  switch (row) {
    case 'age':
    case 'yaw': {
      const range = choice[row];
      if (range === undefined)
        throw new UserError(`This model is not told ages and yaws, so there is no row across ${row}.`);
      return range;
    }
    case 'c':
      return [1, 0];
    case 't':
      return [0, 1];
    case 'w':
      return [0, 4 * (choice.sampler.w || 1)];
  }
}

/** The requests for each face of a row, or the one. */
export function facesOf(request: FaceRequest, choice: ModelChoice): FaceRequest[] {
  const { row } = request;
  if (row === undefined) return [request];
  if (row === 't' && request.to === undefined)
    throw new UserError('A row across t leads to a second identity; choose one (to).');
  const [first, last] = rangeOf(row, choice);
  return Array.from({ length: ROW_LENGTH }, (_, k) => ({
    ...request,
    [row]: Number((first + (k / (ROW_LENGTH - 1)) * (last - first)).toFixed(4)),
  }));
}

/** The options of Algorithm 2 that all faces of a request share, and each face's plan. Throws a UserError where the model cannot do what is asked. */
export function plansOf(
  request: FaceRequest,
  {
    trained,
    choice,
    anchorOf,
  }: { trained: TrainedModel; choice: ModelChoice; anchorOf: (words: string) => Float32Array },
): { options: SamplerOptions; plans: ImagePlan[]; asked: Omit<MadeFace, 'cosine'>[] } {
  const { sampler } = choice;
  const steps = request.steps ?? sampler.steps;
  if (steps > choice.timesteps)
    throw new UserError(`This model has ${choice.timesteps} steps of noise; ask for at most as many.`);
  const faces = facesOf(request, choice);
  const weights = faces.map(({ w, freeY, freeS }) => ({
    guidance: w ?? sampler.w,
    freeY: freeY ?? sampler.freeY,
    freeS: freeS ?? sampler.freeS,
  }));
  const most = (name: 'guidance' | 'freeY' | 'freeS') => Math.max(...weights.map((one) => one[name]));
  const asked = faces.map((face, k) => ({
    age: choice.age && (face.age ?? middle(choice.age)),
    yaw: choice.yaw && (face.yaw ?? middle(choice.yaw)),
    c: face.c ?? 1,
    t: face.to === undefined ? undefined : (face.t ?? 0),
    w: weights[k].guidance,
  }));
  return {
    options: {
      ...trained.config.generation.sampler,
      kind: request.kind ?? sampler.kind,
      steps,
      kappa: choice.fitted ? 'fitted' : 'paper',
      guidance: most('guidance'),
      freeY: most('freeY'),
      freeS: most('freeS'),
    },
    plans: faces.map((face, k) => ({
      label: 0,
      y: identityOf(face, anchorOf),
      age: asked[k].age,
      yaw: asked[k].yaw,
      weights: weights[k],
    })),
    asked,
  };
}
