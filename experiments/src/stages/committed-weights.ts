import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, sha256, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import { WEIGHTS_FOLDER, type CommittedFile } from '../weights.ts';
import { modelFile } from './results.ts';
import { defineStage, type Result } from './stage.ts';

/** Which committed file a stage takes, and what it must hold. */
export const committedInputs = z.strictObject({
  weights: z.strictObject({ file: z.string(), sha256: z.string() }),
});

/** A stage that takes a committed network instead of training it. */
export const committedWeightsStage = <R>(name: string, result: Result<R>) =>
  defineStage({
    name,
    version: 1,
    inputs: committedInputs,
    needs: {},
    result,
    onEngine: false,
    cost: () => 0.1,
    async run({ inputs: { weights }, folder }) {
      copyCommitted(weights, modelFile(folder));
    },
  });

/** Copies a file of {@link WEIGHTS_FOLDER}. Throws a UserError where it is not what its provenance describes. */
export function copyCommitted({ file, sha256: expected }: CommittedFile, to: string): void {
  const path = join(WEIGHTS_FOLDER, file);
  const content = readFileSync(path);
  if (sha256(content) !== expected)
    throw new UserError(
      `${path} is not the file that its provenance describes (its SHA-256 differs); restore it with git checkout, or train anew with --from-scratch.`,
    );
  writeFileAtomic(to, content);
}
