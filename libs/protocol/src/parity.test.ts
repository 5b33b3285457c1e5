import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Rng } from '@id3/core';
import { contiguousFolds } from '@id3/formats';
import { describe, expect, it } from 'vitest';
import { squaredDistances, sumWithMirror } from './embeddings.ts';
import { kFoldAccuracy, kFoldTarAtFar } from './protocol.ts';
import { rocOf, tarAtFar } from './roc.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('python3 is not installed: parity with verification.py is not tested.');

const SIZE = 16;
const PAIRS = 123;
const FOLDS = 10;
const FARS = [1e-3, 0.01, 0.1, 0.5, 1];

/** Fixed embeddings of images and of their mirror images, rows 2i and 2i + 1 a pair. */
const kinds: Record<string, (rng: Rng, same: boolean, row: number) => number[]> = {
  random: (rng) => Array.from({ length: SIZE }, () => rng.normal()),
  // Ten people; pairs of one person share a centre.
  clustered: (rng, same, row) => {
    const person = same ? (row >> 1) % 10 : row % 10;
    const centre = new Rng(person, 'centre').normals(SIZE);
    return Array.from(centre, (value) => value + rng.normal(0, 0.7));
  },
  // Rows of zeros, rows all alike, rows opposite to one another.
  degenerate: (rng, _, row) => {
    const value = [0, 1, 1, -1][(row + rng.int(2)) % 4];
    return Array.from({ length: SIZE }, () => value);
  },
  // Unit vectors along axes: distances 0, 2 and 4 exactly, the grid's own points among them.
  tied: (rng, same, row) => {
    const axis = same && rng.chance(0.7) ? row >> 1 : rng.int(SIZE);
    return Array.from({ length: SIZE }, (_, k) => (k === axis % SIZE ? (rng.chance(0.8) ? 1 : -1) : 0));
  },
};

const same = Array.from({ length: PAIRS }, (_, i) => (i * 7) % 12 < 6);

function embeddings(kind: string) {
  const rng = new Rng(1, 'parity', kind);
  const rows = Array.from({ length: 2 * PAIRS }, (_, row) => kinds[kind](rng, same[row >> 1], row));
  // Mirror images are seen a little differently, but for ties and degenerate rows to stay what they are.
  const exact = kind === 'tied' || kind === 'degenerate';
  const mirrored = rows.map((row) => row.map((value) => (exact ? value : value + rng.normal(0, 0.1))));
  return {
    image: rows.map((row) => row.map(Math.fround)),
    mirror: mirrored.map((row) => row.map(Math.fround)),
  };
}

describe.runIf(hasPython).each(Object.keys(kinds))(
  "on %s embeddings, InsightFace's verification.py",
  (kind) => {
    const { image, mirror } = embeddings(kind);
    const script = join(import.meta.dirname, 'fixtures/verification.py');
    const input = JSON.stringify({ image, mirror, same, folds: FOLDS, fars: FARS });
    const want = JSON.parse(execFileSync('python3', [script], { input, encoding: 'utf8' })) as Record<
      string,
      never
    >;
    const unit = sumWithMirror(Float32Array.from(image.flat()), Float32Array.from(mirror.flat()), SIZE);
    const pairs = Array.from({ length: PAIRS }, (_, i) => ({ a: 2 * i, b: 2 * i + 1 }));
    const scored = {
      distances: squaredDistances(unit, SIZE, pairs),
      same,
      folds: contiguousFolds(PAIRS, FOLDS),
    };
    const close = (got: ArrayLike<number> | number, wanted: number[] | number) => {
      const [a, b] = [got, wanted].map((values) =>
        typeof values === 'number' ? [values] : Array.from(values),
      );
      expect(a.length).toBe(b.length);
      a.forEach((value, i) => expect(Math.abs(value - b[i])).toBeLessThanOrEqual(1e-12));
    };
    it('has the same distances, fold accuracies, thresholds, mean and deviation', () => {
      close(scored.distances, want.distances);
      const got = kFoldAccuracy(scored, 'insightface');
      for (const key of ['accuracies', 'thresholds', 'mean', 'std'] as const) close(got[key], want[key]);
    });
    it('has the same VAL at FAR, and TAR at FAR over all pairs is the brute-force one', () => {
      const roc = rocOf(scored);
      FARS.forEach((far, k) => {
        const got = kFoldTarAtFar(scored, far);
        for (const key of ['tars', 'fars', 'thresholds', 'mean', 'std'] as const)
          close(got[key], want.val[k][key]);
        close(tarAtFar(roc, far), want.tarAtFar[k]);
      });
    });
  },
);
