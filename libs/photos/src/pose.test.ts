import { describe, expect, it } from 'vitest';
import type { SpacePoint } from './face-mesh.ts';
import { poseOf } from './pose.ts';

/** A mesh of the four points that a pose takes, turned about x (pitch), y (yaw) and z (roll) in degrees, one after the other. */
function seen(yaw: number, pitch: number, roll: number, scale = 80): SpacePoint[] {
  const points = Array.from({ length: 468 }, (): SpacePoint => [0, 0, 0]);
  const turn = (p: number[], i: number, j: number, degrees: number): number[] => {
    const a = (degrees * Math.PI) / 180;
    const q = [...p];
    q[i] = p[i] * Math.cos(a) - p[j] * Math.sin(a);
    q[j] = p[i] * Math.sin(a) + p[j] * Math.cos(a);
    return q;
  };
  const face: Record<number, number[]> = {
    234: [-1, 0, 0],
    454: [1, 0, 0],
    10: [0, -1, 0],
    152: [0, 1.2, 0],
  };
  for (const [k, p] of Object.entries(face)) {
    // y points down and z away: turned to the image's right, the right ear goes away; looking up, the forehead does.
    const [x, y, z] = turn(turn(turn(p, 1, 2, -pitch), 0, 2, yaw), 0, 1, roll);
    points[Number(k)] = [300 + scale * x, 200 + scale * y, scale * z];
  }
  return points;
}

describe('poseOf', () => {
  it('grows with the angle that a face was turned by, whatever its roll, place and size', () => {
    let [lastYaw, lastPitch] = [-91, -91];
    for (const angle of [-50, -30, -10, 0, 10, 30, 50]) {
      const { yaw, pitch } = poseOf(seen(angle, 0, 0));
      expect(yaw).toBeGreaterThan(lastYaw);
      for (const roll of [-40, 25]) expect(poseOf(seen(angle, 0, roll, 33)).yaw).toBeCloseTo(yaw, 6);
      expect(poseOf(seen(-angle, 0, 0)).yaw).toBeCloseTo(-yaw, 6);
      const up = poseOf(seen(0, angle, 10)).pitch;
      expect(up).toBeGreaterThan(lastPitch);
      expect(pitch).toBeCloseTo(poseOf(seen(0, 0, 0)).pitch, 6);
      [lastYaw, lastPitch] = [yaw, up];
    }
  });
  it('has the sign of the records and stays within a right angle', () => {
    expect(poseOf(seen(30, 0, 0)).yaw).toBeGreaterThan(30);
    expect(poseOf(seen(-80, 0, 0)).yaw).toBe(-90);
  });
});
