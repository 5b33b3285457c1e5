import { centreOf, type FivePoints } from '@id3/data';
import { Matrix, SingularValueDecomposition, pseudoInverse } from 'ml-matrix';

/**
 * The five points of a face in space, in distances between the pupils, x to the image's right, y up, z to the viewer, about their
 * mean. Across and down it is ArcFace's template made symmetric, a mean over real faces; depths are the mean of 60 MakeHuman heads aged 30
 * (pupils -0.141, nose tip 0.384, mouth corners -0.051).
 */
const FACE = new Matrix([
  [-0.5, 0.576, -0.141],
  [0.5, 0.576, -0.141],
  [0, 0.004, 0.384],
  [-0.414, -0.578, -0.051],
  [0.414, -0.578, -0.051],
]);
/** Gives the view of {@link FACE} nearest to five landmarks: [3,5]. */
const TO_VIEW = pseudoInverse(FACE);

/** Degrees; yaw is negative where the face is turned to the image's left, pitch positive where it looks up. */
export interface Pose {
  yaw: number;
  pitch: number;
}

/**
 * The pose of a face from its five landmarks: the scaled orthographic view of `FACE` nearest to them (POS, DeMenthon & Davis
 * 1995). The view's two rows are fitted by least squares, then replaced by the nearest orthonormal ones. Roll, place and size do
 * not matter; perspective is neglected.
 */
export function poseOf(landmarks: FivePoints): Pose {
  const [cx, cy] = centreOf(landmarks);
  // Image y points down.
  const view = TO_VIEW.mmul(new Matrix(landmarks.map(([x, y]) => [x - cx, cy - y])));
  // Of U·S·Vᵀ the nearest matrix with orthonormal columns is U·Vᵀ.
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(view);
  const nearest = leftSingularVectors.mmul(rightSingularVectors.transpose());
  const [i, j] = [nearest.getColumn(0), nearest.getColumn(1)];
  // i × j is the direction of sight, [-sin yaw, -cos yaw sin pitch, cos yaw cos pitch].
  const k = [i[1] * j[2] - i[2] * j[1], i[2] * j[0] - i[0] * j[2], i[0] * j[1] - i[1] * j[0]];
  const degrees = 180 / Math.PI;
  return {
    yaw: -Math.asin(Math.max(-1, Math.min(1, k[0]))) * degrees,
    pitch: Math.atan2(-k[1], k[2]) * degrees,
  };
}
