import type { Point } from '@id3/data';
import { GraphNetwork } from './graph-network.ts';

/**
 * BlazeFace (Bazarevsky et al. 2019, MediaPipe's model for the back camera): a square of 256 pixels, 512 anchors at every 16th pixel
 * and 384 at every 32nd.
 */
export const BLAZEFACE_SIDE = 256;
const NETWORK = {
  file: 'blazeface',
  side: BLAZEFACE_SIDE,
  divisor: 127.5,
  shift: 1,
  outputs: {
    fineScores: 'Identity:0',
    fineBoxes: 'Identity_2:0',
    coarseScores: 'Identity_1:0',
    coarseBoxes: 'Identity_3:0',
  },
} as const;
type Outputs = Record<keyof (typeof NETWORK)['outputs'], Float32Array>;

/** The two layers of anchors: cells of a side, anchors of a cell. */
const LAYERS = [
  { cells: 16, anchors: 2, scores: 'fineScores', boxes: 'fineBoxes' },
  { cells: 8, anchors: 6, scores: 'coarseScores', boxes: 'coarseBoxes' },
] as const;
/** Numbers of an anchor: a box's centre and sides, six points. */
const NUMBERS = 16;
/** Boxes that share this much of their union are one face. */
const OVERLAP = 0.3;

/** A face, in pixels of the network's input. */
export interface Sighting {
  /** 0 to 1. */
  readonly score: number;
  readonly centre: Point;
  readonly width: number;
  readonly height: number;
  /** Where it sees the eyes (the one on the image's left first), the nose and the middle of the mouth. */
  readonly points: FacePoints;
}

/** Both eyes, the nose, the middle of the mouth. */
export type FacePoints = readonly [Point, Point, Point, Point];

export const loadBlazeFace = (): Promise<GraphNetwork<keyof Outputs>> => GraphNetwork.load(NETWORK);

/** The faces of a picture, the surest first; of boxes that overlap the surest stays. */
export function decodeBlazeFace(outputs: Outputs, minConfidence: number): Sighting[] {
  const least = Math.log(minConfidence / (1 - minConfidence));
  const found: Sighting[] = [];
  for (const { cells, anchors, scores, boxes } of LAYERS) {
    const count = cells * cells * anchors;
    const stride = BLAZEFACE_SIDE / cells;
    for (let k = 0; k < count; k++) {
      const logit = outputs[scores][k];
      if (!(logit >= least)) continue;
      const cell = Math.floor(k / anchors);
      const x = stride * ((cell % cells) + 0.5);
      const y = stride * (Math.floor(cell / cells) + 0.5);
      const v = outputs[boxes].subarray(k * NUMBERS, (k + 1) * NUMBERS);
      const point = (i: number): Point => [v[i] + x, v[i + 1] + y];
      const score = 1 / (1 + Math.exp(-logit));
      const points = [point(4), point(6), point(8), point(10)] as const;
      found.push({ score, centre: point(0), width: v[2], height: v[3], points });
    }
  }
  found.sort((one, other) => other.score - one.score);
  const kept: Sighting[] = [];
  for (const face of found) if (kept.every((other) => overlap(face, other) < OVERLAP)) kept.push(face);
  return kept;
}

/** Intersection over union of two boxes. */
function overlap(one: Sighting, other: Sighting): number {
  const side = (axis: 0 | 1, size: 'width' | 'height'): number =>
    Math.max(
      0,
      Math.min(one.centre[axis] + one[size] / 2, other.centre[axis] + other[size] / 2) -
        Math.max(one.centre[axis] - one[size] / 2, other.centre[axis] - other[size] / 2),
    );
  const shared = side(0, 'width') * side(1, 'height');
  return shared / (one.width * one.height + other.width * other.height - shared);
}
