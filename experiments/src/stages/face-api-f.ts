import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { saveFaceApiRecogniser } from '@id3/model';
import { MODEL_FILE } from './hooks.ts';
import type { Stage } from './stage.ts';

export interface FaceApiInputs extends Record<string, unknown> {
  whitenedSize: number;
}

/** The pretrained recogniser of face-api as f, whitened on the people of the `train` pool. */
export const faceApiF: Stage<FaceApiInputs, 'dataset'> = {
  name: 'face-api-f',
  version: 1,
  cost: () => 60,
  async run({ inputs, dependencies, folder, engine }) {
    await engine();
    await saveFaceApiRecogniser(
      join(folder, MODEL_FILE),
      openDataset(dependencies.dataset),
      inputs.whitenedSize,
    );
  },
  record: (run, folder) => run.artefact(join(folder, MODEL_FILE), 'recogniser'),
};
