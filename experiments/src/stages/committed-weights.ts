import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, sha256, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import { WEIGHTS_FOLDER } from '../weights.ts';
import { modelFile } from './results.ts';
import { defineStage, type Result } from './stage.ts';

/** A stage that takes a committed network instead of training it. */
export const committedWeightsStage = <R>(name: string, result: Result<R>) =>
  defineStage({
    name,
    version: 1,
    inputs: z.strictObject({ weights: z.strictObject({ file: z.string(), sha256: z.string() }) }),
    needs: {},
    result,
    onEngine: false,
    cost: () => 0.1,
    async run({ inputs: { weights }, folder }) {
      const path = join(WEIGHTS_FOLDER, weights.file);
      const content = readFileSync(path);
      if (sha256(content) !== weights.sha256)
        throw new UserError(
          `${path} is not the file that its provenance describes (its SHA-256 differs); restore it with git checkout, or train anew with --from-scratch.`,
        );
      writeFileAtomic(modelFile(folder), content);
    },
  });
