import { firstLine, mean } from '@id3/core';
import { centreOf, type FivePoints, type Point } from '@id3/data';
import { chooseFace, type FaceRule } from './choose.ts';
import { DETECTORS, detectorNetworks, type Detector, type DetectorNetwork } from './detector.ts';
import { FaceMesh, landmarksOf } from './face-mesh.ts';
import type { Finding } from './findings.ts';
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
   * Shares of the detector's field that the photo's longer side fills, tried one after the other until there is a plausible face. A face that fills
   * the photo is only found with room around it. A photo in which no face was seen is shown whole at last, where small ones are larger.
   */
  readonly scales: readonly number[];
}

export const DETECTOR: DetectorOptions = { network: 'both', minConfidence: 0.5, scales: [0.6, 0.45, 0.3] };
export const networkChoices = ['both', ...detectorNetworks] as const;

/** How a photo is looked at: what its finding depends on beside the photo. */
export interface LookOptions {
  readonly rule: FaceRule;
  readonly detector: DetectorOptions;
}

/** Names the networks and the way they are used; to be raised where the same photo gives another finding than before. */
export const LOOK = 'human 3.3.6: blazeface, facemesh; face-api 1.7.15: ssd_mobilenetv1; 1';

/** The mesh's presence from which a face is taken for one: below it landmarks lie off as often as not. */
const PLAUSIBLE = 0.5;
/** In a photo and in its mirror image landmarks of a face lie within this of each other, in distances from the eyes to the mouth. */
const AGREEMENT = 0.12;

/** A detector, and how large it is shown a photo. */
interface Glance {
  readonly detector: Detector;
  readonly scale: number;
}

/** Looks at photos, on the current engine. */
export class Looker {
  private constructor(
    private readonly rule: FaceRule,
    /** Tried in turn; the far ones where no near one saw a face. */
    private readonly glances: { readonly near: readonly Glance[]; readonly far: readonly Glance[] },
    private readonly mesh: FaceMesh,
  ) {}

  static async load({ rule, detector }: LookOptions): Promise<Looker> {
    const names = detector.network === 'both' ? detectorNetworks : [detector.network];
    const detectors = await Promise.all(names.map((name) => DETECTORS[name](detector.minConfidence)));
    const near = detector.scales.map((scale) => ({ detector: detectors[0], scale }));
    const far = detectors.map((each) => ({ detector: each, scale: 1 }));
    return new Looker(rule, { near, far }, await FaceMesh.load());
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

  /** The first glance that the mesh is sure of, in the photo or its mirror image; else the first that is the same in both. */
  private async tryAll(
    glances: readonly Glance[],
    photo: Photo,
  ): Promise<{ seen: boolean; finding?: Finding }> {
    const doubtful: [Sight, Sight][] = [];
    for (const glance of glances) {
      const sight = await this.see(glance, photo);
      if (sight.faces === 0) continue;
      if (isSure(sight)) return { seen: true, finding: findingOf(sight) };
      const { faces, face } = await this.see(glance, mirrored(photo));
      const mirror = { faces, face: face && mirroredIn(photo, face) };
      if (face && isSure(mirror)) return { seen: true, finding: findingOf(mirror) };
      doubtful.push([sight, mirror]);
    }
    const same = doubtful.find(([one, other]) => areSame(one, other));
    return { seen: doubtful.length > 0, finding: same && findingOf(same[0]) };
  }

  private async see({ detector, scale }: Glance, photo: Photo): Promise<Sight> {
    const detected = await detector(photo, scale);
    const chosen = chooseFace(detected, this.rule, photo);
    if (chosen === undefined) return { faces: detected.length };
    const { score, place } = detected[chosen];
    const mesh = await this.mesh.find(photo, place);
    const face = {
      score,
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
  /** How sure the mesh is of it. */
  readonly presence: number;
  readonly landmarks: FivePoints;
  readonly pose: Pose;
}

/** Several faces, of which the rule takes none, are no doubtful face. */
export const isSure = ({ face }: Sight): boolean => face === undefined || face.presence >= PLAUSIBLE;

/** Whether two sights of a photo show a face in the same place. */
export const areSame = (one: Sight, other: Sight): boolean =>
  one.face !== undefined &&
  other.face !== undefined &&
  disagreement(one.face.landmarks, other.face.landmarks) < AGREEMENT;

const findingOf = ({ faces, face }: Sight): Finding => ({
  faces,
  ...(face && {
    score: face.score,
    landmarks: face.landmarks.map(([x, y]): Point => [rounded(x), rounded(y)]),
    yaw: rounded(face.pose.yaw),
    pitch: rounded(face.pose.pitch),
  }),
});

/** The mean distance of two faces' landmarks in distances from the eyes to the mouth. */
function disagreement(one: FivePoints, other: FivePoints): number {
  const faceOf = ([a, b, , c, d]: FivePoints): number => distance(centreOf([a, b]), centreOf([c, d]));
  return (2 * mean(one.map((p, k) => distance(p, other[k])))) / (faceOf(one) + faceOf(other));
}

const distance = ([x, y]: Point, [u, v]: Point): number => Math.hypot(x - u, y - v);

function mirrored({ pixels, width, height }: Photo): Photo {
  const flipped = new Uint8Array(pixels.length);
  for (let at = 0; at < width * height; at++) {
    const from = 3 * (at - (at % width) + (width - 1 - (at % width)));
    for (let c = 0; c < 3; c++) flipped[3 * at + c] = pixels[from + c];
  }
  return { pixels: flipped, width, height };
}

/** A face of a mirrored photo in the photo; what is on the left is on the right. */
function mirroredIn({ width }: Photo, face: SeenFace): SeenFace {
  const [a, b, nose, c, d] = face.landmarks.map(([x, y]): Point => [width - 1 - x, y]);
  return { ...face, landmarks: [b, a, nose, d, c], pose: { ...face.pose, yaw: -face.pose.yaw } };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
