import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verification } from '@id3/tracking';
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
  async run() {
    throw new Error('awaits libs/eval');
  },
  record(run, folder) {
    const results = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Verification[];
    for (const result of results) run.verification(result);
    run.artefact(join(folder, FILE), 'verification');
  },
};
