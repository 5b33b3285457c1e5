import { firstLine } from '@id3/core';
import type { FivePoints, Point } from '@id3/data';
import type { FacePoints } from './blazeface.ts';
import { chooseFace, type FaceRule } from './choose.ts';
import { DETECTORS, detectorNetworks, type Detector, type DetectorNetwork } from './detector.ts';
import { FaceMesh, landmarksOf } from './face-mesh.ts';
import type { Finding } from './findings.ts';
import { distanceTo } from './landmarks.ts';
import { readPhoto, type Photo } from './photo.ts';
import { poseOf, type Pose } from './pose.ts';

export interface DetectorOptions {
  /**
   * `blazeface` is the faster one; `ssd` (SSD MobileNet v1) takes many times as long and sees smaller faces; `both` asks `ssd` only about photos
   * in which `blazeface` sees no face at all, for where the mesh doubts BlazeFace's face it doubts SSD's too.
   */
  readonly network: DetectorNetwork | 'both';
  readonly minConfidence: number;
  /**
   * Shares of the detector's field that the photo's longer side fills, tried one after the other until mesh and detector agree on a face. A face that
   * fills the photo is only found with room around it. A photo in which no face was seen is shown whole at last, where small ones are larger.
   */
  readonly scales: readonly number[];
  /**
   * So far may the landmarks of a face of which the mesh is not sure lie from where the detector sees them, in distances from the eyes to the mouth:
   * the less, the fewer faces are taken of which the crop shows something else, and the more are missed.
   */
  readonly doubt: number;
}

export const DETECTOR: DetectorOptions = {
  network: 'both',
  minConfidence: 0.5,
  scales: [0.45, 0.3],
  doubt: 0.3,
};
export const networkChoices = ['both', ...detectorNetworks] as const;

/** How a photo is looked at: what its finding depends on beside the photo. */
export interface LookOptions {
  readonly rule: FaceRule;
  readonly detector: DetectorOptions;
}

/** Names the networks and the way they are used; to be raised where the same photo gives another finding than before. */
export const LOOK = 'human 3.3.6: blazeface, facemesh; face-api 1.7.15: ssd_mobilenetv1; 2';

/** The mesh's presence from which a face is taken for one: below it landmarks lie off as often as not. */
const PLAUSIBLE = 0.5;
/** So far may a face's landmarks lie from where the detector that is shown the same picture sees them, in distances from the eyes to the mouth. */
const NEAR = 0.25;

/** A detector, and how large it is shown a photo. */
interface Glance {
  readonly detector: Detector;
  readonly scale: number;
}

/** Looks at photos, on the current engine. */
export class Looker {
  private constructor(
    private readonly rule: FaceRule,
    private readonly doubt: number,
    /** Tried in turn; the far ones where no near one saw a face. */
    private readonly glances: { readonly near: readonly Glance[]; readonly far: readonly Glance[] },
    private readonly mesh: FaceMesh,
  ) {}

  static async load({ rule, detector }: LookOptions): Promise<Looker> {
    const names = detector.network === 'both' ? detectorNetworks : [detector.network];
    const detectors = await Promise.all(names.map((name) => DETECTORS[name](detector.minConfidence)));
    const near = detector.scales.map((scale) => ({ detector: detectors[0], scale }));
    const far = detectors.map((each) => ({ detector: each, scale: 1 }));
    return new Looker(rule, detector.doubt, { near, far }, await FaceMesh.load());
  }

  /** What is found in an encoded photo. */
  async look(picture: Uint8Array | string): Promise<Finding> {
    let photo;
    try {
      photo = await readPhoto(picture);
    } catch (error) {
      return { unreadable: firstLine(error) };
    }
    const remark = photo.warning === undefined ? {} : { warning: photo.warning };
    const near = await this.tryAll(this.glances.near, photo);
    const { finding } = near.seen ? near : await this.tryAll(this.glances.far, photo);
    return { ...remark, ...(finding ?? { faces: 0 }) };
  }

  /** The first face that is sure, in the photo or its mirror image; else the one that the detector's sights of all glances agree on. */
  private async tryAll(
    glances: readonly Glance[],
    photo: Photo,
  ): Promise<{ seen: boolean; finding?: Finding }> {
    const doubtful: Sight[] = [];
    for (const glance of glances)
      for (const isMirror of [false, true]) {
        const seen = await this.see(glance, isMirror ? mirrored(photo) : photo);
        if (seen.faces === 0) continue;
        const sight = isMirror && seen.face ? { ...seen, face: mirroredIn(photo, seen.face) } : seen;
        if (isSure(sight)) return { seen: true, finding: findingOf(sight) };
        doubtful.push(sight);
      }
    const agreed = agreedOf(doubtful);
    const taken = agreed && agreed.doubt < this.doubt;
    return {
      seen: doubtful.length > 0,
      finding: taken ? { ...findingOf(agreed.sight), doubt: rounded(agreed.doubt) } : undefined,
    };
  }

  private async see({ detector, scale }: Glance, photo: Photo): Promise<Sight> {
    const detected = await detector(photo, scale);
    const chosen = chooseFace(detected, this.rule, photo);
    if (chosen === undefined) return { faces: detected.length };
    const { score, place, points } = detected[chosen];
    const mesh = await this.mesh.find(photo, place);
    const face = {
      score,
      points,
      presence: mesh.presence,
      landmarks: landmarksOf(mesh),
      pose: poseOf(mesh.points),
    };
    return { faces: detected.length, face };
  }
}

/** What one look sees: so many faces, and the one that the rule takes. */
interface Sight {
  readonly faces: number;
  readonly face?: SeenFace;
}

interface SeenFace {
  readonly score: number;
  /** Where the detector sees its eyes, nose and mouth. */
  readonly points?: FacePoints;
  /** How sure the mesh is of it. */
  readonly presence: number;
  readonly landmarks: FivePoints;
  readonly pose: Pose;
}

/** Whether the mesh is sure of the face, and the detector sees the same. Several faces, of which the rule takes none, are no doubtful face. */
export const isSure = ({ face }: Sight): boolean =>
  face === undefined ||
  (face.presence >= PLAUSIBLE && (!face.points || distanceTo(face.points, face.landmarks) < NEAR));

/**
 * Of sights that are not sure, the one whose face lies nearest to what the detector saw in all of them, and how far it lies from that: the median over the sights,
 * in distances from the eyes to the mouth. Undefined where the detector shows no eyes.
 */
export function agreedOf(sights: readonly Sight[]): { sight: Sight; doubt: number } | undefined {
  const witnesses = sights.flatMap(({ face }) => (face?.points ? [face.points] : []));
  if (witnesses.length === 0) return undefined;
  const doubts = sights.map(({ face }) =>
    face ? median(witnesses.map((points) => distanceTo(points, face.landmarks))) : Infinity,
  );
  const doubt = Math.min(...doubts);
  return { sight: sights[doubts.indexOf(doubt)], doubt };
}

const findingOf = ({ faces, face }: Sight): Finding => ({
  faces,
  ...(face && {
    score: face.score,
    landmarks: face.landmarks.map(([x, y]): Point => [rounded(x), rounded(y)]),
    yaw: rounded(face.pose.yaw),
    pitch: rounded(face.pose.pitch),
  }),
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function mirrored({ pixels, width, height }: Photo): Photo {
  const flipped = new Uint8Array(pixels.length);
  for (let at = 0; at < width * height; at++) {
    const from = 3 * (at - (at % width) + (width - 1 - (at % width)));
    for (let c = 0; c < 3; c++) flipped[3 * at + c] = pixels[from + c];
  }
  return { pixels: flipped, width, height };
}

/** A face of a mirrored photo in the photo; what is on the left is on the right. */
function mirroredIn({ width }: Photo, { points, ...face }: SeenFace): SeenFace {
  const back = ([x, y]: Point): Point => [width - 1 - x, y];
  const [a, b, nose, c, d] = face.landmarks.map(back);
  return {
    ...face,
    ...(points && { points: [back(points[1]), back(points[0]), back(points[2]), back(points[3])] as const }),
    landmarks: [b, a, nose, d, c],
    pose: { ...face.pose, yaw: -face.pose.yaw },
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
