import { readFileSync } from 'node:fs';
import { UserError, errorCode } from '@id3/core';
import { centreOf, fivePoints, type FivePoints, type Point } from '@id3/data';

/** Fiducials of a photo in CFP: half a face's outline, brow, eye, nose and mouth, after iBUG's scheme. */
const COUNT = 30;
const EYE = [12, 13, 14, 15, 16, 17];
const NOSE_TIP = 21;
const MOUTH_CORNER = 25;
/** From the nose's bridge to its tip, and the lips' middles: where a face seen from the front is its own mirror. */
const MIDDLE = [18, 19, 20, 21, 26, 27, 28, 29];

/** What CFP's annotators say of a photo. */
export interface CfpFiducials {
  /** Of the half that is seen (of a frontal photo, the one on the image's left): the eye's middle, the nose's tip, the mouth's corner. */
  readonly eye: Point;
  readonly nose: Point;
  readonly mouth: Point;
  readonly profile: boolean;
  /** The five landmarks. In a profile the far eye and corner lie behind the near ones; in a frontal photo they are the near ones mirrored at the nose. */
  readonly five: FivePoints;
}

/** Parses a file of `Data/Fiducials`: 30 lines `x,y` in pixels. Throws a UserError that calls it `name` where it is none. */
export function parseCfpFiducials(text: string, profile: boolean, name: string): CfpFiducials {
  const points = text
    .trim()
    .split(/\s+/)
    .map((line) => line.split(',').map(Number));
  if (points.length !== COUNT || points.some((point) => point.length !== 2 || !point.every(Number.isFinite)))
    throw new UserError(
      `${name} holds no ${COUNT} lines x,y; take CFP's own files in Data/Fiducials, or align without --landmarks=cfp.`,
    );
  // MATLAB counts pixels from 1.
  const at = (k: number): Point => [points[k][0] - 1, points[k][1] - 1];
  const [eye, nose, mouth] = [centreOf(EYE.map(at)), at(NOSE_TIP), at(MOUTH_CORNER)];
  const mirror = profile ? (p: Point) => p : mirrorAt(MIDDLE.map(at));
  const five = fivePoints((k) => [eye, mirror(eye), nose, mouth, mirror(mouth)][k]);
  return { eye, nose, mouth, profile, five };
}

/** The reflection at the line nearest to some points (total least squares). */
function mirrorAt(points: readonly Point[]): (p: Point) => Point {
  const [cx, cy] = centreOf(points);
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - cx) ** 2;
    xy += (x - cx) * (y - cy);
    yy += (y - cy) ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y]) => [cx + cos * (x - cx) + sin * (y - cy), cy + sin * (x - cx) - cos * (y - cy)];
}

const PHOTO = /(.*[\\/])Images([\\/].*[\\/](frontal|profile)[\\/][^\\/]+)\.[^.\\/]+$/;

/** The fiducials of one of CFP's photos. Throws a UserError where the photo is not one of CFP's or has none. */
export function readCfpFiducials(photo: string): CfpFiducials {
  const match = PHOTO.exec(photo);
  if (match === null)
    throw new UserError(
      `${photo} does not lie in CFP's Data/Images/NNN/frontal or profile, so nobody gave its landmarks; align without --landmarks=cfp.`,
    );
  const [, data, name, kind] = match;
  const path = `${data}Fiducials${name}.txt`;
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `${path} cannot be read (${errorCode(error)}); --landmarks=cfp needs CFP's fiducials beside its Images.`,
    );
  }
  return parseCfpFiducials(text, kind === 'profile', path);
}
