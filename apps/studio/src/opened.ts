import { imagesToFloat } from '@id3/data';
import { attributeFeatures, nearestRows, type Predictor } from '@id3/eval';
import {
  openAnchors,
  openJudge,
  openPool,
  openTrained,
  predictorsFrom,
  stepOfTraining,
  type Faces,
  type TrainedModel,
} from '@id3/experiments/trained';
import { embedWith, type Embed, type Id3Model } from '@id3/model';
import { normaliseRows } from '@id3/protocol';
import { StudioFailure, type MadeFace } from '@id3/studio-client';
import { anchorAt, newAnchor } from './identity.ts';

/** A model that is in memory, with all that its faces are looked at by. */
export class Opened {
  readonly model: Id3Model;
  readonly size: number;
  /** The step of training of its file, while it is trained. */
  readonly trainedFor: number | undefined;
  private readonly f: Embed;
  private readonly g: Embed | undefined;
  private readonly pool: Faces | undefined;
  private readonly readers: { age?: Predictor; yaw?: Predictor };
  private readonly anchors = new Map<string, Float32Array>();
  /** The judge's unit embedding of the last portrait, and what it was asked for. */
  private portrait: { key: string; embedding: Float64Array } | undefined;

  constructor(readonly trained: TrainedModel) {
    const model = openTrained(trained);
    this.model = { ...model, compiled: new Map() };
    this.size = trained.config.image.size;
    this.trainedFor = stepOfTraining(trained);
    this.f = embedWith(model.f);
    const judge = openJudge(trained);
    this.g = judge && embedWith(judge);
    this.pool = openPool(trained);
    this.readers = this.pool === undefined ? {} : predictorsFrom(this.pool);
  }

  /** The direction of an identity's words. Throws a {@link StudioFailure} where there is no such set, and a UserError where it has no such number. */
  anchorOf(words: string): Float32Array {
    const d = this.model.f.embeddingSize;
    const [, id, number] = /^(.*):(\d+)$/.exec(words)!;
    if (id === 'new') return newAnchor(Number(number), d);
    const set = this.trained.sets.find((one) => one.id === id);
    if (set === undefined)
      throw new StudioFailure(
        'unknown',
        `There is no set of identities ${id} that this model's f knows; choose one of the list.`,
      );
    const anchors = this.anchors.get(id) ?? openAnchors(set);
    this.anchors.set(id, anchors);
    return anchorAt(anchors, d, Number(number), id);
  }

  /**
   * What f, the judge and the training pool see in images, uint8 [n,size,size,C].
   *
   * @param asked y of each: [n,d]
   * @param portrait the judge's unit embedding of it
   */
  async look(
    pixels: Uint8Array,
    asked: readonly Float32Array[],
    portrait: Float64Array | undefined,
  ): Promise<Pick<MadeFace, 'cosine' | 'judged' | 'readAge' | 'readYaw' | 'nearest'>[]> {
    const n = asked.length;
    const d = this.model.f.embeddingSize;
    const unit = await this.embedded(this.f, pixels, n);
    const seen = portrait && this.g && (await this.embedded(this.g, pixels, n));
    const [images, all] = [this.imagesOf(pixels, n), asked.map((_, k) => k)];
    const features = this.pool && attributeFeatures(images, unit, d, all);
    const read = (key: 'age' | 'yaw') => features && this.readers[key]?.predict(features);
    const [ages, yaws] = [read('age'), read('yaw')];
    const nearest = this.pool && nearestRows(unit, this.pool.unit, d);
    return asked.map((y, k) => ({
      cosine: dotAt(unit, y, k),
      judged: seen && portrait && dotAt(seen, portrait, k),
      readAge: ages?.[k],
      readYaw: yaws?.[k],
      nearest: nearest && { index: nearest.index[k], cosine: nearest.cosine[k] },
    }));
  }

  /** Whether {@link portraitOf} has yet to make this one. */
  lacksPortrait(key: string): boolean {
    return this.g !== undefined && this.portrait?.key !== key;
  }

  /** The judge's embedding of the portrait; undefined without a judge. */
  async portraitOf(key: string, make: () => Promise<Uint8Array>): Promise<Float64Array | undefined> {
    if (this.g === undefined) return undefined;
    if (this.lacksPortrait(key))
      this.portrait = { key, embedding: await this.embedded(this.g, await make(), 1) };
    return this.portrait?.embedding;
  }

  private imagesOf(pixels: Uint8Array, count: number) {
    const [size, bytes] = [this.size, pixels.length / count];
    const { channels } = this.model.unet;
    const image = (i: number) => pixels.slice(i * bytes, (i + 1) * bytes);
    return { count, height: size, width: size, channels, image };
  }

  /** Unit rows [n,d]. */
  private async embedded(embed: Embed, pixels: Uint8Array, n: number): Promise<Float64Array> {
    const images = this.imagesOf(pixels, n);
    const indices = Int32Array.from({ length: n }, (_, k) => k);
    const shape = [n, this.size, this.size, images.channels] as const;
    const rows = await embed(imagesToFloat(images, indices), [...shape]);
    return normaliseRows(rows, rows.length / n);
  }
}

/** The dot product of row k of a matrix with a vector. */
function dotAt(rows: Float64Array, vector: ArrayLike<number>, k: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += rows[k * vector.length + i] * vector[i];
  return sum;
}
