import { describe, expect, it } from 'vitest';
import type { FivePoints, Point } from '@id3/data';
import { ARCFACE_TEMPLATE } from '@id3/data';
import { poseOf } from './pose.ts';

const FACE = [
  [-0.5, 0.576, -0.141],
  [0.5, 0.576, -0.141],
  [0, 0.004, 0.384],
  [-0.414, -0.578, -0.051],
  [0.414, -0.578, -0.051],
];

/** The five points of the face turned by rotations one after the other about x (pitch), y (yaw) and z (roll), seen from afar. */
function seen(yaw: number, pitch: number, roll: number, scale: number): FivePoints {
  const turn = (p: number[], i: number, j: number, degrees: number): number[] => {
    const a = (degrees * Math.PI) / 180;
    const q = [...p];
    q[i] = p[i] * Math.cos(a) - p[j] * Math.sin(a);
    q[j] = p[i] * Math.sin(a) + p[j] * Math.cos(a);
    return q;
  };
  return FACE.map((p): Point => {
    const pitched = turn(p, 1, 2, -pitch);
    const q = turn(turn(pitched, 2, 0, yaw), 0, 1, roll);
    return [300 + scale * q[0], 200 - scale * q[1]];
  }) as unknown as FivePoints;
}

describe('poseOf', () => {
  it('finds the angles that a face was turned by, whatever its roll, place and size', () => {
    for (const yaw of [-70, -30, 0, 15, 60])
      for (const pitch of [-25, 0, 20])
        for (const roll of [-40, 0, 10]) {
          const pose = poseOf(seen(yaw, pitch, roll, 80));
          expect(pose.yaw).toBeCloseTo(yaw, 5);
          expect(pose.pitch).toBeCloseTo(pitch, 5);
        }
  });
  it('is frontal for ArcFace’s template, and mirrors', () => {
    const { yaw, pitch } = poseOf(ARCFACE_TEMPLATE);
    expect(Math.abs(yaw)).toBeLessThan(1);
    expect(Math.abs(pitch)).toBeLessThan(1);
    const [l, r, n, a, b] = seen(35, 5, 3, 50);
    const mirrored = [r, l, n, b, a].map(([x, y]): Point => [600 - x, y]) as unknown as FivePoints;
    expect(poseOf(mirrored).yaw).toBeCloseTo(-35, 5);
  });
});
