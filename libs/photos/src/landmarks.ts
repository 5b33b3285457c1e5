import { mean } from '@id3/core';
import { centreOf, type FivePoints, type Point } from '@id3/data';
import type { FacePoints } from './blazeface.ts';

/** How far a face's landmarks lie from those that were found before, on average, in distances from the eyes to the mouth. */
export const shiftOf = (before: FivePoints, after: FivePoints): number =>
  mean(after.map((p, k) => distance(p, before[k]))) / faceOf(after);

/** How far landmarks lie from where a detector sees the face, on average, in distances from the eyes to the mouth. */
export function distanceTo(points: FacePoints, landmarks: FivePoints): number {
  const [left, right, nose, ...corners] = landmarks;
  const seen = [left, right, nose, centreOf(corners)];
  return mean(seen.map((p, k) => distance(p, points[k]))) / faceOf(landmarks);
}

/** From the middle of the eyes to that of the mouth, which yaw does not change. */
const faceOf = ([a, b, , c, d]: FivePoints): number => distance(centreOf([a, b]), centreOf([c, d]));

const distance = ([x, y]: Point, [u, v]: Point): number => Math.hypot(x - u, y - v);
