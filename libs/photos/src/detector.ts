import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import type { Point } from '@id3/data';
import { BLAZEFACE_SIDE, decodeBlazeFace, loadBlazeFace, type FacePoints } from './blazeface.ts';
import { loadFaceApi } from './face-api.ts';
import type { FacePlace } from './face-mesh.ts';
import type { Photo } from './photo.ts';

/** A face in a photo, in its pixels. */
export interface DetectedFace {
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  /** The square about the detector's box. */
  readonly place: FacePlace;
  /** Where it sees the eyes, the nose and the mouth, if it says so. */
  readonly points?: FacePoints;
}

/** Finds the faces of a photo whose longer side is shown at a share `scale` of the field's; the surest first. */
export type Detector = (photo: Photo, scale: number) => Promise<DetectedFace[]>;

export const detectorNetworks = ['blazeface', 'ssd'] as const;
export type DetectorNetwork = (typeof detectorNetworks)[number];

const GREY = 128;
/** Side of SSD's square input, and how many faces it gives at most. */
const SSD_SIDE = 512;
const SSD_FACES = 32;
/** SSD boxes the head from forehead to chin, BlazeFace from the brows on: the room that the mesh needs is counted from the latter. */
const SSD_SHARE = 0.85;

/** The detectors, on the current tfjs engine. */
export const DETECTORS: Readonly<Record<DetectorNetwork, (minConfidence: number) => Promise<Detector>>> = {
  async blazeface(minConfidence) {
    const network = await loadBlazeFace();
    return async (photo, scale) => {
      const field = await fieldOf(photo, BLAZEFACE_SIDE, scale);
      return decodeBlazeFace(await network.run(field.pixels), minConfidence).map(
        ({ score, centre, width, height, points: [left, right, nose, mouth] }) => ({
          score,
          place: placeIn(field, centre, Math.max(width, height)),
          points: [inPhoto(field, left), inPhoto(field, right), inPhoto(field, nose), inPhoto(field, mouth)],
        }),
      );
    };
  },
  async ssd(minConfidence) {
    const library = await loadFaceApi('ssdMobilenetv1');
    const options = new library.SsdMobilenetv1Options({ minConfidence, maxResults: SSD_FACES });
    return async (photo, scale) => {
      const field = await fieldOf(photo, SSD_SIDE, scale);
      const image = tf.tensor3d(field.pixels, [SSD_SIDE, SSD_SIDE, 3], 'int32');
      const faces = await library.detectAllFaces(image, options);
      image.dispose();
      return faces
        .map(({ score, box: { x, y, width, height } }) => {
          // The library counts from edges.
          const centre = [x + width / 2 - 0.5, y + height / 2 - 0.5] as const;
          return { score, place: placeIn(field, centre, SSD_SHARE * Math.max(width, height)) };
        })
        .sort((a, b) => b.score - a.score);
    };
  },
};

/** A photo in the middle of a square grey field. */
interface Field {
  readonly pixels: Uint8Array;
  /** Pixels of the field in one of the photo. */
  readonly factor: number;
  readonly left: number;
  readonly top: number;
}

async function fieldOf({ pixels, width, height }: Photo, side: number, scale: number): Promise<Field> {
  const factor = (scale * side) / Math.max(width, height);
  const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * factor)));
  const [left, top] = [(side - w) >> 1, (side - h) >> 1];
  const field = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(w, h, { fit: 'fill' })
    .extend({
      left,
      top,
      right: side - w - left,
      bottom: side - h - top,
      background: { r: GREY, g: GREY, b: GREY },
    })
    .raw()
    .toBuffer();
  return { pixels: field, factor, left, top };
}

const inPhoto = ({ factor, left, top }: Field, [x, y]: Point): Point => [
  (x + 0.5 - left) / factor - 0.5,
  (y + 0.5 - top) / factor - 0.5,
];

/** Taken for upright: by the eyes of a profile nobody can tell. */
const placeIn = (field: Field, centre: Point, size: number): FacePlace => ({
  centre: inPhoto(field, centre),
  size: size / field.factor,
  roll: 0,
});
