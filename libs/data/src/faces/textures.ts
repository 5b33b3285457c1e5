import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Gender } from '../datasets/manifest.ts';

/** An image in linear light with premultiplied alpha: float [height,width,4], values 0 to 1. */
export interface Texture {
  width: number;
  height: number;
  data: Float32Array;
}

/** sRGB byte → linear light. */
const LINEAR = Float32Array.from({ length: 256 }, (_, i) => {
  const s = i / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
});

/** Reads an image file and scales it to fit `size` × `size` pixels. */
export async function readTexture(path: string, size: number): Promise<Texture> {
  const { data, info } = await sharp(path)
    .ensureAlpha()
    .resize(size, size, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const texture = { width: info.width, height: info.height, data: new Float32Array(data.length) };
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] / 255;
    for (let k = 0; k < 3; k++) texture.data[i + k] = LINEAR[data[i + k]] * alpha;
    texture.data[i + 3] = alpha;
  }
  return texture;
}

/** Half the width and height, each pixel the mean of four. */
export function halved({ width, height, data }: Texture): Texture {
  const half = { width: width >> 1, height: height >> 1, data: new Float32Array(width * height) };
  for (let y = 0, o = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      for (let k = 0; k < 4; k++, o++) {
        const i = (2 * y * width + 2 * x) * 4 + k;
        half.data[o] = 0.25 * (data[i] + data[i + 4] + data[i + 4 * width] + data[i + 4 * width + 4]);
      }
    }
  }
  return half;
}

/** Mean luminance below which a texture has no shades, only alpha. */
const BLACK = 1e-4;

/**
 * The texture without its own colour, so that a tint alone decides it: luminance relative to the mean over the opaque part.
 * `contrast` below 1 flattens it.
 */
export function colourless({ width, height, data }: Texture, contrast: number): Texture {
  const luminance = (i: number) => 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
  let sum = 0;
  let alpha = 0;
  for (let i = 0; i < data.length; i += 4) {
    sum += luminance(i);
    alpha += data[i + 3];
  }
  const mean = sum / alpha;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const a = data[i + 3];
    const relative = a === 0 ? 0 : mean < BLACK ? 1 : (luminance(i) / a / mean) ** contrast;
    out[i] = out[i + 1] = out[i + 2] = Math.min(relative, 3) * a;
    out[i + 3] = a;
  }
  return { width, height, data: out };
}

export const RACES = ['african', 'asian', 'caucasian'] as const;
export type Race = (typeof RACES)[number];
export const SKIN_AGES = ['young', 'middleage', 'old'] as const;
export type SkinAge = (typeof SKIN_AGES)[number];

/** The parts of a 512×512 body texture that a face picture shows, and where they lie in the atlas. */
const ATLAS_RECTANGLES = [
  { x: 322, y: 88, width: 190, height: 352, toX: 0, toY: 0 }, // head
  { x: 114, y: 8, width: 164, height: 90, toX: 192, toY: 0 }, // neck
  { x: 384, y: 438, width: 94, height: 70, toX: 192, toY: 92 }, // mouth cavity
  { x: 2, y: 184, width: 80, height: 52, toX: 192, toY: 164 }, // eye sockets
];
const BODY_TEXTURE = 512;
export const ATLAS = { width: 356, height: 352 };

/** Moves texture coordinates of the body texture to the atlas, in place; all corners of a triangle lie in one rectangle. */
export function moveToAtlas(uvs: Float32Array): void {
  for (let i = 0; i < uvs.length; i += 2) {
    const x = uvs[i] * BODY_TEXTURE;
    const y = uvs[i + 1] * BODY_TEXTURE;
    const rectangle = ATLAS_RECTANGLES.find(
      (r) => x >= r.x && x <= r.x + r.width && y >= r.y && y <= r.y + r.height,
    );
    if (rectangle === undefined) throw new Error(`texture coordinate ${x}, ${y} lies outside the atlas`);
    uvs[i] = (x - rectangle.x + rectangle.toX) / ATLAS.width;
    uvs[i + 1] = (y - rectangle.y + rectangle.toY) / ATLAS.height;
  }
}

/** The middle of the face in the atlas. */
const CHEEKS = { x: 100, y: 130, width: 60, height: 92 };
/** The painted skins of one race differ in tone as people do. This share of the difference is taken for age and kept. */
const TONE_KEPT = 0.25;

/** Brings the tone of an older skin near that of the young one, in place; what is due to age stays. */
export function matchTone(skin: Texture, young: Texture): void {
  const mean = ({ data, width }: Texture, k: number) => {
    let sum = 0;
    for (let y = CHEEKS.y; y < CHEEKS.y + CHEEKS.height; y++) {
      for (let x = CHEEKS.x; x < CHEEKS.x + CHEEKS.width; x++) sum += data[(y * width + x) * 4 + k];
    }
    return sum;
  };
  for (let k = 0; k < 3; k++) {
    const gain = (mean(young, k) / mean(skin, k)) ** (1 - TONE_KEPT);
    for (let i = k; i < skin.data.length; i += 4) skin.data[i] *= gain;
  }
}

/** Reads the head's part of a skin. */
export async function readSkin(folder: string, age: SkinAge, race: Race, gender: Gender): Promise<Texture> {
  const textures = join(folder, `public/data/skins/${age}_${race}_${gender}/textures`);
  // The "special suit" skins are painted over.
  const file = readdirSync(textures)
    .sort()
    .find((name) => name.endsWith('.png') && !name.includes('special_suit'))!;
  const body = await readTexture(join(textures, file), BODY_TEXTURE);
  const atlas = { ...ATLAS, data: new Float32Array(ATLAS.width * ATLAS.height * 4) };
  for (const { x, y, width, height, toX, toY } of ATLAS_RECTANGLES) {
    for (let row = 0; row < height; row++) {
      const from = ((y + row) * body.width + x) * 4;
      atlas.data.set(body.data.subarray(from, from + width * 4), ((toY + row) * atlas.width + toX) * 4);
    }
  }
  return atlas;
}
