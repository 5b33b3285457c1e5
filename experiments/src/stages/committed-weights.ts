import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, sha256, writeFileAtomic } from '@id3/core';
import { WEIGHTS_FOLDER, type CommittedWeights } from '../weights.ts';
import { MODEL_FILE } from './hooks.ts';
import type { Stage } from './stage.ts';

/** The inputs of the training that the weights stand for, so that stages after it find them where they expect them. */
export interface CommittedWeightsInputs extends Record<string, unknown> {
  weights: CommittedWeights;
}

/** Takes a committed network instead of training it. */
export const committedWeightsLoading: Stage<CommittedWeightsInputs> = {
  name: 'committed-weights',
  version: 1,
  cost: () => 0.1,
  async run({ inputs: { weights }, folder }) {
    const path = join(WEIGHTS_FOLDER, weights.file);
    const content = readFileSync(path);
    if (sha256(content) !== weights.sha256)
      throw new UserError(
        `${path} is not the file that its provenance describes (its SHA-256 differs); restore it with git checkout, or train anew with --from-scratch.`,
      );
    writeFileAtomic(join(folder, MODEL_FILE), content);
  },
  record: (run, folder) => run.artefact(join(folder, MODEL_FILE), 'committed-weights'),
};
