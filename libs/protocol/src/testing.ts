import { Rng } from '@id3/core';
import { contiguousFolds } from '@id3/formats';
import type { ScoredPairs } from './protocol.ts';

/** Kinds of score lists that a protocol meets, from well separated to useless. */
export const scoreKinds = ['random', 'separated', 'clustered', 'tied', 'collapsed', 'inverted'] as const;

/** Seeded squared distances in [0, 4] of one kind, half the pairs same, in ten contiguous folds. */
export function drawScores(kind: (typeof scoreKinds)[number], seed: number, count = 203): ScoredPairs {
  const rng = new Rng(seed, 'scores', kind);
  const same = Array.from({ length: count }, (_, i) => (i >> 2) % 2 === 0);
  const draw = (isSame: boolean): number => {
    switch (kind) {
      case 'random':
        return rng.uniform(0, 4);
      case 'separated':
        return isSame ? rng.uniform(0, 1) : rng.uniform(2, 4);
      case 'clustered':
        return rng.truncatedNormal(isSame ? 1.1 : 1.5, 0.15, 0, 4);
      case 'tied':
        return (isSame ? rng.int(4) : 2 + rng.int(4)) / 2;
      case 'collapsed':
        return 0;
      case 'inverted':
        return isSame ? rng.uniform(2, 4) : rng.uniform(0, 2);
    }
  };
  return { distances: Float64Array.from(same, draw), same, folds: contiguousFolds(count, 10) };
}
