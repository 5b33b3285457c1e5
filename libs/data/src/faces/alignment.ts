import { mean } from '@id3/core';

/** A point in pixels: x to the right, y down, the first pixel's centre at 0, 0. */
export type Point = readonly [x: number, y: number];
/** Pupils, nose tip, mouth corners; of a pair the one on the image's left first. */
export type FivePoints = readonly [Point, Point, Point, Point, Point];

/** Where ArcFace (Deng et al. 2019, `insightface/utils/face_align.py`) puts the five points in a 112×112 crop. */
export const ARCFACE_TEMPLATE: FivePoints = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** Five points, point k made by a function of k. */
export const fivePoints = (point: (k: number) => Point): FivePoints => [
  point(0),
  point(1),
  point(2),
  point(3),
  point(4),
];

/** The template for a crop of `size` × `size` pixels. */
export const templateFor = (size: number): FivePoints =>
  fivePoints((k) => {
    const [x, y] = ARCFACE_TEMPLATE[k];
    return [((x + 0.5) * size) / 112 - 0.5, ((y + 0.5) * size) / 112 - 0.5];
  });

/** (x, y) ↦ (a·x − b·y + tx, b·x + a·y + ty): rotation, scale and shift. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

export const applySimilarity = ({ a, b, tx, ty }: Similarity, [x, y]: Point): Point => [
  a * x - b * y + tx,
  b * x + a * y + ty,
];

/** The mean of some points. */
export const centreOf = (points: readonly Point[]): Point => [
  mean(points.map(([x]) => x)),
  mean(points.map(([, y]) => y)),
];

/** The similarity that moves the points `from` nearest to the points `to`, by the sum of squared distances (closed form). */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fx, fy] = centreOf(from);
  const [gx, gy] = centreOf(to);
  let dot = 0;
  let cross = 0;
  let norm = 0;
  from.forEach(([px, py], i) => {
    const [x, y, u, v] = [px - fx, py - fy, to[i][0] - gx, to[i][1] - gy];
    dot += x * u + y * v;
    cross += x * v - y * u;
    norm += x * x + y * y;
  });
  const [a, b] = [dot / norm, cross / norm];
  return { a, b, tx: gx - a * fx + b * fy, ty: gy - b * fx - a * fy };
}
