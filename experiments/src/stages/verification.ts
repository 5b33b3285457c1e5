import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { openDataset } from '@id3/data';
import { verify, type Embed, type VerificationResult } from '@id3/eval';
import type { Verification } from '@id3/tracking';
import * as tf from '@tensorflow/tfjs-core';
import { trainedRecogniser } from './recogniser-training.ts';
import type { Stage } from './stage.ts';

interface VerificationInputs extends Record<string, unknown> {
  /** The seed of the recogniser, for the run's record. */
  seed: number;
  benchmarks: readonly string[];
}

const FILE = 'verification.json';

/** Verifies a downstream recogniser on every benchmark; the benchmarks' datasets are dependencies by name. */
export const verification: Stage<VerificationInputs, string> = {
  name: 'verify',
  version: 1,
  cost: ({ benchmarks }) => 10 * benchmarks.length,
  async run({ inputs, folder, dependencies, engine, progress }) {
    await engine();
    const recogniser = trainedRecogniser(dependencies.recogniser);
    const embed: Embed = async (images, shape) => {
      const embeddings = tf.tidy(() => recogniser.embed(tf.tensor4d(images, shape)));
      const values = (await embeddings.data()) as Float32Array;
      embeddings.dispose();
      return values;
    };
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
    const results = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Verification[];
    for (const result of results) run.verification(result);
    run.artefact(join(folder, FILE), 'verification');
  },
};
