import { describe, expect, it } from 'vitest';
import { ARCFACE_TEMPLATE, centreOf, fivePoints, type Point } from '@id3/data';
import type { FacePoints } from './blazeface.ts';
import { agreedOf, isSure } from './look.ts';

/** ArcFace's template, moved to the right by so many pixels; from eyes to mouth it has 41. */
const landmarksAt = (shift: number) =>
  fivePoints((k): Point => [ARCFACE_TEMPLATE[k][0] + shift, ARCFACE_TEMPLATE[k][1]]);

/** What a detector sees of such a face. */
function pointsAt(shift: number): FacePoints {
  const [left, right, nose, ...corners] = landmarksAt(shift);
  return [left, right, nose, centreOf(corners)];
}

/** A face that the mesh is so sure of, which the detector sees so far beside it. */
const sight = (presence: number, beside = 0, at = 0) => ({
  faces: 1,
  face: {
    score: 0.8,
    points: pointsAt(at + beside),
    presence,
    landmarks: landmarksAt(at),
    pose: { yaw: presence, pitch: 0 },
  },
});

describe('a face', () => {
  it('is sure where the mesh is sure of it and the detector sees it there', () => {
    expect(isSure(sight(0.6))).toBe(true);
    expect(isSure(sight(0.4))).toBe(false);
    expect(isSure(sight(0.6, 9))).toBe(true);
    expect(isSure(sight(0.6, -12))).toBe(false);
  });
  it('of a detector that shows no eyes is sure by the mesh alone', () => {
    const { face, faces } = sight(0.6, 12);
    expect(isSure({ faces, face: { ...face, points: undefined } })).toBe(true);
  });
  it('that the rule leaves among several is no doubt', () => {
    expect(isSure({ faces: 3 })).toBe(true);
  });
});

describe('among faces that are not sure', () => {
  it('the one nearest to what the detector sees in all pictures is taken', () => {
    // The detector sees a face at 0, 2 and 30 pixels; the meshes lie at 40, 3 and 31.
    const sights = [sight(0.9, -40, 40), sight(0.1, -1, 3), sight(0.2, -1, 31)];
    const agreed = agreedOf(sights)!;
    expect(agreed.sight).toBe(sights[1]);
    // It lies 3, 1 and 27 pixels from those; from eyes to mouth there are 92.28 - 51.6 of them.
    expect(agreed.doubt).toBeCloseTo(3 / 40.7, 3);
  });
  it('none is taken where no detector witnesses for one', () => {
    const { face, faces } = sight(0.2);
    expect(agreedOf([{ faces, face: { ...face, points: undefined } }, { faces: 2 }])).toBeUndefined();
    expect(agreedOf([])).toBeUndefined();
  });
});
