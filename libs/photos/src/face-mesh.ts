import {
  applySimilarity,
  centreOf,
  fivePoints,
  type FivePoints,
  type Point,
  type Similarity,
} from '@id3/data';
import { GraphNetwork } from './graph-network.ts';
import { shiftOf } from './landmarks.ts';
import { cropPhoto, type Photo } from './photo.ts';

/** MediaPipe's face mesh (Kartynnik et al. 2019): 468 points in space and whether there is a face, of a square of 192 pixels. */
const SIDE = 192;
const NETWORK = {
  file: 'facemesh',
  side: SIDE,
  divisor: 255,
  shift: 0,
  outputs: { mesh: 'Identity_2:0', presence: 'Identity_1:0' },
} as const;
const POINTS = 468;
/** So often is a face looked for at most. */
const PASSES = 3;
/** A face that moves by less is not looked for again: nearly all frontal ones at the second look, a tenth of CFP's profiles, with no other result. */
const SETTLED = 0.03;
/** What the network is shown, in sizes of the face: as much room around it as in its training. */
const ROOM = 1.5;

/** Points of the mesh; `left` is the image's left. */
const LEFT_EYE = [33, 133, 160, 158, 153, 144];
const RIGHT_EYE = [362, 263, 385, 387, 373, 380];
const [FOREHEAD, CHIN] = [10, 152];
const NOSE_TIP = 4;
const [LEFT_MOUTH, RIGHT_MOUTH] = [61, 291];

/** Where a face is: the square about it, turned by `roll` (radians, clockwise in the picture). */
export interface FacePlace {
  readonly centre: Point;
  readonly size: number;
  readonly roll: number;
}

/** A point in a photo's pixels, and its depth in them: smaller is nearer to the viewer. */
export type SpacePoint = readonly [x: number, y: number, z: number];

export interface Mesh {
  readonly points: readonly SpacePoint[];
  /** 0 to 1: how sure the network is that it was shown a face, as large as it should be and upright. */
  readonly presence: number;
}

export class FaceMesh {
  private constructor(private readonly network: GraphNetwork<'mesh' | 'presence'>) {}

  static async load(): Promise<FaceMesh> {
    return new FaceMesh(await GraphNetwork.load(NETWORK));
  }

  /**
   * The mesh of a face. It is looked for where the detector saw it, then again, upright and centred by what was found, which is nearer
   * to how the network was trained, until it stays where it is.
   */
  async find(photo: Photo, place: FacePlace): Promise<Mesh> {
    let mesh = await this.once(photo, place);
    for (let pass = 1; pass < PASSES; pass++) {
      const before = mesh;
      mesh = await this.once(photo, placeOf(before));
      if (shiftOf(landmarksOf(before), landmarksOf(mesh)) < SETTLED) break;
    }
    return mesh;
  }

  /** The mesh of a square crop that a face fills as ArcFace's template leaves it, uint8 [size,size,3]. */
  ofCrop(pixels: Uint8Array, size: number): Promise<Mesh> {
    const middle = (size - 1) / 2;
    return this.find({ pixels, width: size, height: size }, { centre: [middle, middle], size, roll: 0 });
  }

  private async once(photo: Photo, place: FacePlace): Promise<Mesh> {
    const square = squareOf(place);
    const { mesh, presence } = await this.network.run(cropPhoto(photo, square, SIDE));
    const points = Array.from({ length: POINTS }, (_, k): SpacePoint => {
      const [x, y, z] = mesh.subarray(3 * k, 3 * k + 3);
      // From edge to edge.
      const [u, v] = applySimilarity(square, [x - 0.5, y - 0.5]);
      return [u, v, z * Math.hypot(square.a, square.b)];
    });
    return { presence: presence[0], points };
  }
}

/** Where the pixels that the network is shown lie in the photo. */
function squareOf({ centre: [x, y], size, roll }: FacePlace): Similarity {
  const scale = (ROOM * size) / SIDE;
  const [a, b] = [scale * Math.cos(roll), scale * Math.sin(roll)];
  const middle = (SIDE - 1) / 2;
  return { a, b, tx: x - (a - b) * middle, ty: y - (a + b) * middle };
}

/** The square about a mesh, upright from its forehead to its chin, which a profile shows as well as a frontal photo. */
function placeOf({ points }: Mesh): FacePlace {
  const [top, bottom] = [points[FOREHEAD], points[CHIN]];
  const roll = Math.atan2(top[0] - bottom[0], bottom[1] - top[1]);
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  const [us, vs] = [points.map(([x, y]) => x * cos + y * sin), points.map(([x, y]) => y * cos - x * sin)];
  const [u0, u1, v0, v1] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)];
  const [u, v] = [(u0 + u1) / 2, (v0 + v1) / 2];
  return {
    centre: [u * cos - v * sin, u * sin + v * cos],
    size: Math.max(u1 - u0, v1 - v0),
    roll,
  };
}

/**
 * The five landmarks of a mesh. They are those of iBUG 300-W that the field takes: a pupil is the mean of its eye's two corners and four points of its lids,
 * the nose's tip is the mesh's point 4, which lies nearest to CFP's fiducial (`nx run photos:bench`).
 */
export const landmarksOf = ({ points }: Mesh): FivePoints => {
  const at = (k: number): Point => [points[k][0], points[k][1]];
  return fivePoints((k) =>
    k < 2
      ? centreOf((k === 0 ? LEFT_EYE : RIGHT_EYE).map(at))
      : at([NOSE_TIP, LEFT_MOUTH, RIGHT_MOUTH][k - 2]),
  );
};
