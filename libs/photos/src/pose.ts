import type { FivePoints } from '@id3/data';

/**
 * The five points of a face in space, in distances between the pupils, x to the image's right, y up, z to the viewer, about their
 * mean. Across and down it is ArcFace's template made symmetric, a mean over real faces; depths are the mean of 60 MakeHuman heads aged 30
 * (pupils -0.141, nose tip 0.384, mouth corners -0.051).
 */
const FACE: readonly (readonly [x: number, y: number, z: number])[] = [
  [-0.5, 0.576, -0.141],
  [0.5, 0.576, -0.141],
  [0, 0.004, 0.384],
  [-0.414, -0.578, -0.051],
  [0.414, -0.578, -0.051],
];

/** Degrees; yaw is negative where the face is turned to the image's left, pitch positive where it looks up. */
export interface Pose {
  yaw: number;
  pitch: number;
}

/**
 * The pose of a face from its five landmarks: the scaled orthographic view of `FACE` nearest to them (POS, DeMenthon & Davis
 * 1995): least squares for the two rows of the view, which are then made orthonormal. Roll, place and size do not matter; perspective is
 * neglected.
 */
export function poseOf(landmarks: FivePoints): Pose {
  const mean = [0, 1].map((c) => landmarks.reduce((sum, p) => sum + p[c] / 5, 0));
  // Symmetry makes FACEᵀ·FACE block-diagonal: x alone, y with z.
  const moment = (i: number, j: number) => FACE.reduce((sum, p) => sum + p[i] * p[j], 0);
  const [xx, yy, yz, zz] = [moment(0, 0), moment(1, 1), moment(1, 2), moment(2, 2)];
  const det = yy * zz - yz * yz;
  const row = (c: 0 | 1, sign: 1 | -1): number[] => {
    const [bx, by, bz] = [0, 1, 2].map((k) =>
      FACE.reduce((sum, p, i) => sum + p[k] * sign * (landmarks[i][c] - mean[c]), 0),
    );
    return [bx / xx, (zz * by - yz * bz) / det, (yy * bz - yz * by) / det];
  };
  // Image y points down.
  const [u, v] = [row(0, 1), row(1, -1)];
  const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  // The nearest orthonormal rows are G^-½·[u; v] with G = [u; v][u; v]ᵀ; G^½ = (G + √det G · I) / trace of it.
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
  const root = Math.sqrt(Math.max(0, uu * vv - uv * uv));
  const [p, q, r] = [uu + root, uv, vv + root];
  const across = u.map((_, k) => r * u[k] - q * v[k]);
  const down = u.map((_, k) => p * v[k] - q * u[k]);
  const [sx, sy] = [Math.sqrt(dot(across, across)) || 1, Math.sqrt(dot(down, down)) || 1];
  const [i, j] = [across.map((value) => value / sx), down.map((value) => value / sy)];
  // i × j is the direction of sight, [-sin yaw, -cos yaw sin pitch, cos yaw cos pitch].
  const k = [i[1] * j[2] - i[2] * j[1], i[2] * j[0] - i[0] * j[2], i[0] * j[1] - i[1] * j[0]];
  const degrees = 180 / Math.PI;
  return {
    yaw: -Math.asin(Math.max(-1, Math.min(1, k[0]))) * degrees,
    pitch: Math.atan2(-k[1], k[2]) * degrees,
  };
}
