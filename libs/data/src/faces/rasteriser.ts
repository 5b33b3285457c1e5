import type { Triangles } from './mesh.ts';
import type { Texture } from './textures.ts';

/** What the rasteriser needs of each vertex; typed arrays are reused between pictures. */
export interface ShadedVertices {
  /** Sample coordinates, sample centres at integers, and nearness (larger is nearer): [n,3]. */
  screen: Float32Array;
  /** Red, green, blue light that the texture is multiplied by, and specular light that is added: [n,4]. */
  light: Float32Array;
}

export interface DrawOptions {
  /** `front`: triangles that face the camera; `both`: all. */
  sides: 'front' | 'both';
  /** Multiplies the texture's colour: linear red, green, blue. */
  tint?: readonly [number, number, number];
  /** Colour of specular light. */
  specular?: readonly [number, number, number];
  /** Transparent parts shine too, as the cornea does. */
  glass?: boolean;
  /** Multiplies the texture's alpha, which stays at most 1; default 1. */
  opacity?: number;
  /** Added to nearness in the depth test, for layers that lie on the skin. */
  bias?: number;
}

const WHITE = [1, 1, 1] as const;
/** A sample more opaque than this hides what lies behind it. */
const OPAQUE = 0.55;
/** A sample less opaque than this is not drawn. */
const FAINT = 0.02;

/** A square of samples in linear light with a depth buffer. */
export class Frame {
  /** [size,size,3] */
  readonly colour: Float32Array;
  /** Nearness of what was drawn, 0 where nothing was: [size,size]. */
  readonly depth: Float32Array;

  constructor(readonly size: number) {
    this.colour = new Float32Array(size * size * 3);
    this.depth = new Float32Array(size * size);
  }

  /** Draws textured triangles over what is nearer to the camera than what was drawn before; blends by the texture's alpha. */
  draw(triangles: Triangles, vertices: ShadedVertices, texture: Texture, options: DrawOptions): void {
    const { size, colour, depth } = this;
    const { corners, uvs } = triangles;
    const { screen, light } = vertices;
    const { data: texels, width: textureWidth, height: textureHeight } = texture;
    const { sides, tint = WHITE, specular = WHITE, glass = false, opacity = 1, bias = 0 } = options;
    const both = sides === 'both';
    const [tintR, tintG, tintB] = tint;
    const [specR, specG, specB] = specular;
    const lastColumn = textureWidth - 1;
    const lastRow = textureHeight - 1;
    const edge = size - 1;
    for (let c = 0; c < corners.length; c += 3) {
      const a = corners[c];
      const b = corners[c + 1];
      const d = corners[c + 2];
      const ax = screen[3 * a];
      const ay = screen[3 * a + 1];
      const bx = screen[3 * b];
      const by = screen[3 * b + 1];
      const dx = screen[3 * d];
      const dy = screen[3 * d + 1];
      // y counts downwards, so triangles that are counter-clockwise for the viewer have negative area.
      const area = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax);
      if (area === 0 || (area > 0 && !both)) continue;
      let minX = ax < bx ? (ax < dx ? ax : dx) : bx < dx ? bx : dx;
      let maxX = ax > bx ? (ax > dx ? ax : dx) : bx > dx ? bx : dx;
      let minY = ay < by ? (ay < dy ? ay : dy) : by < dy ? by : dy;
      let maxY = ay > by ? (ay > dy ? ay : dy) : by > dy ? by : dy;
      if (maxX < 0 || maxY < 0 || minX > edge || minY > edge) continue;
      minX = minX < 0 ? 0 : Math.ceil(minX);
      minY = minY < 0 ? 0 : Math.ceil(minY);
      maxX = maxX > edge ? edge : Math.floor(maxX);
      maxY = maxY > edge ? edge : Math.floor(maxY);
      if (minX > maxX || minY > maxY) continue;
      const inverse = 1 / area;
      // Barycentric weights of b and d as linear functions of the sample's position.
      const weightBx = (dy - ay) * inverse;
      const weightBy = (ax - dx) * inverse;
      const weightDx = (ay - by) * inverse;
      const weightDy = (bx - ax) * inverse;
      const az = screen[3 * a + 2];
      const bz = screen[3 * b + 2] - az;
      const dz = screen[3 * d + 2] - az;
      const au = uvs[2 * c] * textureWidth - 0.5;
      const av = uvs[2 * c + 1] * textureHeight - 0.5;
      const bu = uvs[2 * c + 2] * textureWidth - 0.5 - au;
      const bv = uvs[2 * c + 3] * textureHeight - 0.5 - av;
      const du = uvs[2 * c + 4] * textureWidth - 0.5 - au;
      const dv = uvs[2 * c + 5] * textureHeight - 0.5 - av;
      const la = 4 * a;
      const lb = 4 * b;
      const ld = 4 * d;
      for (let y = minY; y <= maxY; y++) {
        let wb = (minX - ax) * weightBx + (y - ay) * weightBy;
        let wd = (minX - ax) * weightDx + (y - ay) * weightDy;
        let at = y * size + minX;
        for (let x = minX; x <= maxX; x++, at++, wb += weightBx, wd += weightDx) {
          if (wb < 0 || wd < 0 || wb + wd > 1) continue;
          const nearness = az + wb * bz + wd * dz;
          if (nearness + bias <= depth[at]) continue;
          // Bilinear texture look-up.
          let u = au + wb * bu + wd * du;
          let v = av + wb * bv + wd * dv;
          u = u < 0 ? 0 : u > lastColumn ? lastColumn : u;
          v = v < 0 ? 0 : v > lastRow ? lastRow : v;
          const column = u | 0;
          const row = v | 0;
          u -= column;
          v -= row;
          const t00 = (row * textureWidth + column) * 4;
          const t01 = column < lastColumn ? t00 + 4 : t00;
          const down = row < lastRow ? 4 * textureWidth : 0;
          const t10 = t00 + down;
          const t11 = t01 + down;
          const w11 = u * v;
          const w10 = v - w11;
          const w01 = u - w11;
          const w00 = 1 - u - w10;
          const painted =
            w00 * texels[t00 + 3] + w01 * texels[t01 + 3] + w10 * texels[t10 + 3] + w11 * texels[t11 + 3];
          if (painted < FAINT && !glass) continue;
          const gain = painted * opacity > 1 ? 1 / painted : opacity;
          const alpha = painted * gain;
          const red = w00 * texels[t00] + w01 * texels[t01] + w10 * texels[t10] + w11 * texels[t11];
          const green =
            w00 * texels[t00 + 1] + w01 * texels[t01 + 1] + w10 * texels[t10 + 1] + w11 * texels[t11 + 1];
          const blue =
            w00 * texels[t00 + 2] + w01 * texels[t01 + 2] + w10 * texels[t10 + 2] + w11 * texels[t11 + 2];
          const wa = 1 - wb - wd;
          const shine = (wa * light[la + 3] + wb * light[lb + 3] + wd * light[ld + 3]) * (glass ? 1 : alpha);
          const behind = 1 - alpha;
          const o = 3 * at;
          colour[o] =
            behind * colour[o] +
            tintR * gain * red * (wa * light[la] + wb * light[lb] + wd * light[ld]) +
            specR * shine;
          colour[o + 1] =
            behind * colour[o + 1] +
            tintG * gain * green * (wa * light[la + 1] + wb * light[lb + 1] + wd * light[ld + 1]) +
            specG * shine;
          colour[o + 2] =
            behind * colour[o + 2] +
            tintB * gain * blue * (wa * light[la + 2] + wb * light[lb + 2] + wd * light[ld + 2]) +
            specB * shine;
          if (alpha > OPAQUE) depth[at] = nearness;
        }
      }
    }
  }
}

const GAMMA_STEPS = 4096;
/** Linear light → sRGB byte, by 4096 steps. */
const SRGB = Uint8Array.from({ length: GAMMA_STEPS + 1 }, (_, i) => {
  const l = i / GAMMA_STEPS;
  return Math.round(255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055));
});

/** Linear light, clipped to 0..1, as an sRGB byte. */
export const toSrgb = (light: number): number =>
  SRGB[light <= 0 ? 0 : light >= 1 ? GAMMA_STEPS : (light * GAMMA_STEPS) | 0];

/** Averages blocks of `factor` × `factor` samples: linear light [size,size,3]. */
export function downsample(frame: Frame, factor: number): Float32Array {
  const size = frame.size / factor;
  const out = new Float32Array(size * size * 3);
  const scale = 1 / (factor * factor);
  for (let y = 0; y < frame.size; y++) {
    const row = Math.floor(y / factor) * size;
    for (let x = 0, i = y * frame.size * 3; x < frame.size; x++, i += 3) {
      const o = (row + Math.floor(x / factor)) * 3;
      out[o] += scale * frame.colour[i];
      out[o + 1] += scale * frame.colour[i + 1];
      out[o + 2] += scale * frame.colour[i + 2];
    }
  }
  return out;
}
