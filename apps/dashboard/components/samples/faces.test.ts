import type { Inspection } from '@id3/data/browse';
import { describe, expect, it } from 'vitest';
import { faceOf, imagesByLabel, isRanking, ordered, worst, worstLabels } from './faces.ts';

/** Two people × three images, interleaved. */
const inspection: Inspection = {
  formatVersion: 1,
  dataset: 'generate/a',
  reference: 'render-pool/b',
  threshold: 0.3,
  images: {
    label: [4, 2, 4, 2, 4, 2],
    age: [50, 30, 40, 30, 60, 30],
    yaw: [10, -20, 0, 30, -5, 0],
    toAsked: [0.9, 0.8, 0.1, 0.7, 0.6, 0.5],
    toAnchor: [0.5, 0.4, 0.3, 0.2, 0.1, 0.6],
    toCentre: [1, 1, 1, 1, 1, 1],
  },
  predicted: { age: { value: [50, 31, 42, 33, 64, 35], meanAbsoluteError: 5, r2: 0.5 } },
  nearest: { searched: 9, index: [1, 2, 3, 4, 5, 6], cosine: [0.1, 0.9, 0.3, 0.2, 0.5, 0.4] },
  histogram: { within: [], between: [] },
  map: { explained: [0.5, 0.2], images: [] },
};
const indices = (faces: { index: number }[]) => faces.map(({ index }) => index);

describe('faces', () => {
  it('carry what was asked beside what was measured', () => {
    expect(faceOf(inspection, 4)).toEqual({
      index: 4,
      label: 4,
      age: 60,
      yaw: -5,
      predictedAge: 64,
      predictedYaw: undefined,
      toAsked: 0.6,
      toAnchor: 0.1,
      toCentre: 1,
      nearest: { index: 5, cosine: 0.5 },
    });
  });

  it('are grouped by identity and ordered by yaw, by age, or as made', () => {
    expect(imagesByLabel(inspection)).toEqual([
      [2, [1, 3, 5]],
      [4, [0, 2, 4]],
    ]);
    const faces = [0, 2, 4].map((i) => faceOf(inspection, i));
    expect(indices(ordered(faces, 'yaw'))).toEqual([4, 2, 0]);
    expect(indices(ordered(faces, 'age'))).toEqual([2, 0, 4]);
    expect(indices(ordered(faces, 'made'))).toEqual([0, 2, 4]);
  });

  it('are ranked by each kind of fault', () => {
    expect(indices(worst(inspection, 'identity', 2))).toEqual([2, 5]);
    expect(indices(worst(inspection, 'anchor', 2))).toEqual([4, 3]);
    expect(indices(worst(inspection, 'age', 2))).toEqual([5, 4]);
    expect(worst(inspection, 'yaw', 2)).toEqual([]);
    expect(indices(worst(inspection, 'copied', 1))).toEqual([1]);
    expect(worstLabels(inspection)).toEqual([4, 2]);
  });

  it('are ranked by nothing else, whatever a URL names', () => {
    expect(['copied', 'toString', 'identities', ''].map(isRanking)).toEqual([true, false, false, false]);
  });
});
