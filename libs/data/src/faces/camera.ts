import { sum } from '@id3/core';
import {
  applySimilarity,
  fitSimilarity,
  fivePoints,
  templateFor,
  type FivePoints,
  type Similarity,
} from './alignment.ts';
import { headRotation } from './geometry.ts';
import type { Shot } from './shot.ts';

/** How a head is seen. */
export interface Camera {
  /** From the head's space to the camera's, row by row. */
  rotation: readonly number[];
  /** What the camera looks at, in the head's space. */
  centre: readonly number[];
  /** Decimetres. */
  distance: number;
  /** From the image plane to sample coordinates. */
  toSamples: Similarity;
  landmarks: FivePoints;
}

/** Moves, turns and scales an alignment about the picture's centre, as detectors' errors do. */
function jitter(fit: Similarity, { jitter: { x, y, scale }, roll }: Shot, size: number): Similarity {
  const angle = (roll * Math.PI) / 180;
  const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const centre = (size - 1) / 2;
  const [px, py] = [fit.tx - centre, fit.ty - centre];
  const pixels = size / 112;
  return {
    a: c * fit.a - s * fit.b,
    b: s * fit.a + c * fit.b,
    tx: c * px - s * py + centre + x * pixels,
    ty: s * px + c * py + centre + y * pixels,
  };
}

/**
 * The camera that brings the five points of a head to the template, by the similarity that fits them best, as for real pictures.
 * The fit also holds in profile, where the points' heights decide: over 30 people the size at 75° is 99 % of the frontal one and
 * the head leans by 4° ± 4° (88 % and 5° ± 5° at 90°).
 *
 * @param head positions of its vertices: [n,3]
 * @param landmarks which vertices the five points are
 * @param picture its side in pixels, and how many samples a pixel's side has
 */
export function aimCamera(
  head: Float32Array,
  landmarks: ArrayLike<number>,
  shot: Shot,
  { size, factor }: { size: number; factor: number },
): Camera {
  const r = headRotation(shot.yaw, shot.pitch);
  const vertices = Array.from(landmarks, (v) => head.subarray(3 * v, 3 * v + 3));
  const mean = (k: number) => sum(vertices.map((vertex) => vertex[k] / vertices.length));
  const centre = [0, mean(1), mean(2)];
  const points = fivePoints((i) => {
    const [x, y, z] = [0, 1, 2].map((k) => vertices[i][k] - centre[k]);
    const depth = shot.distance - (r[6] * x + r[7] * y + r[8] * z);
    return [(r[0] * x + r[1] * y + r[2] * z) / depth, -(r[3] * x + r[4] * y + r[5] * z) / depth];
  });
  const fit = jitter(fitSimilarity(points, templateFor(size)), shot, size);
  // From pixels to samples: (x + 0.5)·factor − 0.5.
  const shift = 0.5 * factor - 0.5;
  const toSamples = {
    a: fit.a * factor,
    b: fit.b * factor,
    tx: fit.tx * factor + shift,
    ty: fit.ty * factor + shift,
  };
  const projected = fivePoints((i) => applySimilarity(fit, points[i]));
  return { rotation: r, centre, distance: shot.distance, toSamples, landmarks: projected };
}

/** Projects positions [count,3]. Writes them in the camera's space to `turned`, and as x, y in samples and nearness to `screen`. */
export function project(
  positions: Float32Array,
  count: number,
  { rotation, centre, distance, toSamples }: Camera,
  { turned, screen }: { turned: Float32Array; screen: Float32Array },
): void {
  const { a, b, tx, ty } = toSamples;
  const [cx, cy, cz] = centre;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  const { fround } = Math;
  for (let k = 0; k < 3 * count; k += 3) {
    const px = fround(positions[k] - cx);
    const py = fround(positions[k + 1] - cy);
    const pz = fround(positions[k + 2] - cz);
    const right = fround(r0 * px + r1 * py + r2 * pz);
    const up = fround(r3 * px + r4 * py + r5 * pz);
    const towards = fround(r6 * px + r7 * py + r8 * pz);
    turned[k] = right;
    turned[k + 1] = up;
    turned[k + 2] = towards;
    const nearness = 1 / (distance - towards);
    const x = right * nearness;
    const y = -up * nearness;
    screen[k] = a * x - b * y + tx;
    screen[k + 1] = b * x + a * y + ty;
    screen[k + 2] = nearness;
  }
}
