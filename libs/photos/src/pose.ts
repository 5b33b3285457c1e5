import type { SpacePoint } from './face-mesh.ts';

/** Points of the mesh: before the ears on the image's left and right, the top of the forehead, the chin. */
const [LEFT, RIGHT, TOP, CHIN] = [234, 454, 10, 152];
/**
 * The mesh is too flat: it shows 20 degrees of 23 and no more than 60 of 90. Yaw is raw · (SLOPE + BEND · (raw / 45)²): the slope by 59 rendered faces
 * within 45 degrees, whose pose is known; the bend such that 173 profiles of CFP are at 80 on average.
 */
const YAW_SLOPE = 1.15;
const YAW_BEND = 0.6;
/** By the rendered faces within 45 degrees of yaw: the mesh looks down by eleven degrees. */
const PITCH_SLOPE = 0.81;
const PITCH_SHIFT = 8.8;

/** Named in datasets, so that a predicted pose is never taken for truth. */
export const POSE_PREDICTOR = 'human 3.3.6: pose by facemesh';

/** Degrees; yaw is negative where the face is turned to the image's left, pitch positive where it looks up. */
export interface Pose {
  yaw: number;
  pitch: number;
}

type Vector = readonly [number, number, number];

/**
 * The pose of a face from its mesh: yaw is how much farther from the viewer the right ear is than the left one, pitch how much farther the
 * forehead is than the chin, seen square to the line between the ears. Roll, place and size do not matter.
 */
export function poseOf(points: readonly SpacePoint[]): Pose {
  const across = between(points[LEFT], points[RIGHT]);
  const away = cross(across, between(points[TOP], points[CHIN]));
  const down = cross(away, across);
  const degrees = 180 / Math.PI;
  const within = (angle: number): number => Math.max(-90, Math.min(90, angle));
  const yaw = Math.atan2(across[2], Math.hypot(across[0], across[1])) * degrees;
  const pitch = -Math.atan2(down[2] / length(down), away[2] / length(away)) * degrees;
  return {
    yaw: within(yaw * (YAW_SLOPE + YAW_BEND * (yaw / 45) ** 2)),
    pitch: within(PITCH_SLOPE * pitch + PITCH_SHIFT),
  };
}

const between = (a: SpacePoint, b: SpacePoint): Vector => [b[0] - a[0], b[1] - a[1], b[2] - a[2]];

const cross = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [b * f - c * e, c * d - a * f, a * e - b * d];

const length = ([x, y, z]: Vector): number => Math.hypot(x, y, z);
