import { describe, expect, it } from 'vitest';
import { ARCFACE_TEMPLATE, fivePoints } from '@id3/data';
import { areSame, isSure } from './look.ts';

/** A face that the mesh is so sure of, moved by so many pixels; from eyes to mouth it has 41. */
const sight = (presence: number, shift = 0) => ({
  faces: 1,
  face: {
    score: 0.8,
    presence,
    landmarks: fivePoints((k) => [ARCFACE_TEMPLATE[k][0] + shift, ARCFACE_TEMPLATE[k][1]]),
    pose: { yaw: presence, pitch: 0 },
  },
});

describe('a face', () => {
  it('is taken where the mesh is sure of it', () => {
    expect([0.6, 0.4].map((presence) => isSure(sight(presence)))).toEqual([true, false]);
  });
  it('is taken where the photo and its mirror image show it in the same place', () => {
    expect(areSame(sight(0.3), sight(0.2, 4))).toBe(true);
    expect(areSame(sight(0.3), sight(0.2, 6))).toBe(false);
    expect(areSame(sight(0.3), { faces: 0 })).toBe(false);
  });
  it('that the rule leaves among several is no doubt', () => {
    expect(isSure({ faces: 3 })).toBe(true);
  });
});
