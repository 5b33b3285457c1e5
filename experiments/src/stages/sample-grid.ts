import {
  generationSchema,
  imageSampler,
  planImage,
  type GenerationOptions,
  type ImagePlan,
} from '@id3/model';
import { z } from 'zod';
import { imageShape } from '../config/sections.ts';
import { gridPng } from '../pictures/grid.ts';
import { fittedModel } from './fitted-model.ts';
import { samplingCost } from './generate.ts';
import { ANCHORS, CALIBRATION, DIFFUSION, PICTURE, RECOGNISER, VARIATION, savePicture } from './results.ts';
import { defineStage, optional } from './stage.ts';

const IDENTITIES = 8;

/** What the columns ask for: five yaws at the middle age, then three ages seen from the front. */
function columns({ age, yaw }: GenerationOptions): { title: string; age: number; yaw: number }[] {
  const between = ([from, to]: readonly [number, number], share: number) =>
    Math.round(from + share * (to - from));
  const middleAge = between(age, 0.5);
  return [
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => {
      const degrees = between(yaw, share);
      return { title: `yaw ${degrees}°`, age: middleAge, yaw: degrees };
    }),
    ...[0, 0.5, 1].map((share) => {
      const years = between(age, share);
      return { title: `age ${years}`, age: years, yaw: between(yaw, 0.5) };
    }),
  ];
}

/** A picture of what the model generates: identities × attributes, a row from one y and one start noise. */
export const sampleGridStage = defineStage({
  name: 'sample-grid',
  version: 3,
  inputs: z.strictObject({ ...imageShape, generation: generationSchema }),
  needs: {
    diffusion: DIFFUSION,
    f: RECOGNISER,
    anchors: ANCHORS,
    calibration: optional(CALIBRATION),
    variation: optional(VARIATION),
  },
  result: PICTURE,
  onEngine: true,
  cost: (inputs) => samplingCost(IDENTITIES * columns(inputs.generation).length, inputs),
  async run({ inputs: { size, channels, generation }, needs, folder, progress }) {
    const { f, anchors } = needs;
    const model = fittedModel(needs.diffusion, f, needs.calibration);
    const sampleImages = imageSampler(model, generation.sampler, size, generation.seed);
    const asked = columns(generation);
    const identities = Math.min(IDENTITIES, generation.identities);
    const rows: { label: string; images: Uint8Array[] }[] = [];
    for (let i = 0; i < identities; i++) {
      const anchor = anchors.subarray(i * f.embeddingSize, (i + 1) * f.embeddingSize);
      const { y } = planImage(generation, { anchor, i, j: 0, factor: needs.variation });
      const plans = asked.map(({ age, yaw }): ImagePlan => ({ label: i, age, yaw, y }));
      const names = plans.map(() => `grid ${i}`);
      const pixels = await sampleImages(plans, names);
      const image = size * size * (channels ?? 3);
      rows.push({
        label: `identity ${i}`,
        images: asked.map((_, k) => pixels.subarray(k * image, (k + 1) * image)),
      });
      progress(i + 1, identities);
    }
    const png = await gridPng({ columns: asked.map(({ title }) => title), rows, size });
    savePicture(folder, png);
  },
});
