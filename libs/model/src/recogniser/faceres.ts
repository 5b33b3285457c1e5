import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@id3/engine';
import { resample } from '../nn/resample.ts';
import { unitRows } from './iresnet.ts';

/** Side of the network's input. */
const SIDE = 224;
/** ImageNet's, in the order of the input's channels. */
const MEAN_BGR = [103.939, 116.779, 123.68];
/** The node that age, gender and identity are read off. */
const FEATURES = 'global_pooling/Mean';

/**
 * The recognition features of `faceres`, which `@vladmandic/human` (MIT) ships as a graph model of tfjs: a MobileNet trained to tell the people of VGGFace2 apart
 * (Savchenko 2019, "Efficient facial representations for age, gender and identity recognition in organizing photo albums using multi-output ConvNet", PeerJ CS 5:e197).
 * It judges: gradients are not asked of it. docs/real-data.md has what it reaches on LFW and CFP.
 */
export class FaceresRecogniser {
  readonly embeddingSize = 1024;
  private readonly model = loadGraphModel(
    join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '../models/faceres.json'),
  );

  /** @param centre [1024], taken off every embedding; nothing, if left out */
  constructor(private readonly centre?: Float32Array) {}

  /** Embeddings that are not normalised: ArcFace crops [B,S,S,3] in [-1,1], or [B,S,S,1], whose grey stands for all three → [B,1024]. */
  embed(images: tf.Tensor4D): tf.Tensor2D {
    const shown = resample(images, SIDE).add(1).mul<tf.Tensor4D>(127.5);
    // Of grey images this is what makes three channels.
    const input = tf.reverse(shown, 3).sub(tf.tensor1d(MEAN_BGR));
    const features = this.model.execute(input, FEATURES) as tf.Tensor2D;
    return this.centre === undefined ? features : features.sub(tf.tensor1d(this.centre));
  }

  /** Embeddings on the unit sphere: [B,S,S,C] in [-1,1] → [B,1024]. */
  embedUnit(images: tf.Tensor4D): tf.Tensor2D {
    return unitRows(this.embed(images));
  }
}
