import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { openDataset } from '@id3/data';
import { verify, type VerificationResult } from '@id3/eval';
import { embedWith } from '@id3/model';
import type { Verification } from '@id3/tracking';
import { trainedRecogniser } from './recogniser-training.ts';
import type { Stage } from './stage.ts';

interface VerificationInputs extends Record<string, unknown> {
  /** The seed of the recogniser, for the run's record. */
  seed: number;
  benchmarks: readonly string[];
}

const FILE = 'verification.json';

/** Verifies a recogniser on every benchmark; the benchmarks' datasets are dependencies by name. */
export const verification: Stage<VerificationInputs, string> = {
  name: 'verify',
  version: 2,
  cost: ({ benchmarks }) => 10 * benchmarks.length,
  async run({ inputs, folder, dependencies, engine, progress }) {
    await engine();
    const embed = embedWith(trainedRecogniser(dependencies.recogniser));
    const results: VerificationResult[] = [];
    for (const benchmark of inputs.benchmarks) {
      results.push(await verify(embed, openDataset(dependencies[benchmark]), { benchmark }));
      progress(results.length, inputs.benchmarks.length);
    }
    // The folds and curves say all; a score a pair would make up most of the file.
    const withoutScores = (key: string, value: unknown) => (key === 'scores' ? undefined : value);
    writeFileAtomic(join(folder, FILE), JSON.stringify(results, withoutScores));
  },
  record(run, folder) {
    for (const result of readVerification(folder)) run.verification(result);
    run.artefact(join(folder, FILE), 'verification');
  },
};

/** The results a finished stage left in its folder, in the order of its benchmarks. */
export const readVerification = (folder: string): Verification[] =>
  JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Verification[];
