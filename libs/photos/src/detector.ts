import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { applySimilarity, fivePoints, type FivePoints } from '@id3/data';
import { loadFaceApi, type FaceApi } from './face-api.ts';
import { landmarksOf } from './landmarks.ts';
import { cropPhoto, squareAt, type Photo } from './photo.ts';

/** A face in a photo, in its pixels. */
export interface DetectedFace {
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  /** The square about the detector's box. */
  readonly box: { readonly x: number; readonly y: number; readonly size: number };
}

export const detectorNetworks = ['ssd', 'tiny'] as const;

export interface DetectorOptions {
  /** `ssd` (SSD MobileNet v1) is the surer one; `tiny` (Tiny YOLO) takes a third of its time. */
  readonly network: (typeof detectorNetworks)[number];
  readonly minConfidence: number;
  /**
   * Shares of the detector's field that the photo's longer side fills, tried one after the other until there is a face. A face that fills the
   * photo is only found with room around it; a small one only where the photo is shown large.
   */
  readonly scales: readonly number[];
}

export const DETECTOR: DetectorOptions = { network: 'ssd', minConfidence: 0.5, scales: [1, 0.5] };

/** Side of the detector's square input. */
const FIELD = 512;
const GREY = 128;
const MAX_FACES = 32;

/** Finds faces and their five landmarks by face-api's networks, on the current tfjs engine. */
export class FaceDetector {
  private constructor(
    private readonly library: FaceApi,
    private readonly options: DetectorOptions,
    private readonly networkOptions: object,
  ) {}

  static async load(options: DetectorOptions = DETECTOR): Promise<FaceDetector> {
    const { network, minConfidence } = options;
    const library = await loadFaceApi(
      network === 'ssd' ? 'ssdMobilenetv1' : 'tinyFaceDetector',
      'faceLandmark68Net',
    );
    const networkOptions =
      network === 'ssd'
        ? new library.SsdMobilenetv1Options({ minConfidence, maxResults: MAX_FACES })
        : new library.TinyFaceDetectorOptions({ inputSize: FIELD, scoreThreshold: minConfidence });
    return new FaceDetector(library, options, networkOptions);
  }

  /** The faces of a photo, the surest first. */
  async detect(photo: Photo): Promise<DetectedFace[]> {
    for (const scale of this.options.scales) {
      const faces = await this.detectAt(photo, scale);
      if (faces.length > 0) return faces;
    }
    return [];
  }

  /** The five landmarks of a face: its square is shown alone to the landmark network, from the photo's own pixels. */
  async landmarks(photo: Photo, { box }: DetectedFace): Promise<FivePoints> {
    const size = 112;
    const toPhoto = squareAt(box.x, box.y, box.size, size);
    const [points] = await landmarksOf([cropPhoto(photo, toPhoto, size, GREY)], size);
    return fivePoints((k) => applySimilarity(toPhoto, points[k]));
  }

  private async detectAt(photo: Photo, scale: number): Promise<DetectedFace[]> {
    const { width, height } = photo;
    const factor = (scale * FIELD) / Math.max(width, height);
    const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * factor)));
    const [left, top] = [(FIELD - w) >> 1, (FIELD - h) >> 1];
    const field = await sharp(photo.pixels, { raw: { width, height, channels: 3 } })
      .resize(w, h, { fit: 'fill' })
      .extend({
        left,
        top,
        right: FIELD - w - left,
        bottom: FIELD - h - top,
        background: { r: GREY, g: GREY, b: GREY },
      })
      .raw()
      .toBuffer();
    const image = tf.tensor3d(field, [FIELD, FIELD, 3], 'int32');
    const found = await this.library.detectAllFaces(image, this.networkOptions);
    image.dispose();
    return found
      .map(({ score, box }) => {
        const size = Math.max(box.width, box.height) / factor;
        const middleX = (box.x + box.width / 2 - left) / factor;
        const middleY = (box.y + box.height / 2 - top) / factor;
        return { score, box: { x: middleX - size / 2, y: middleY - size / 2, size } };
      })
      .sort((a, b) => b.score - a.score);
  }
}
