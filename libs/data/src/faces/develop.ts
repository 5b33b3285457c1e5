import { Rng, sum } from '@id3/core';
import { toSrgb, type Frame } from './rasteriser.ts';
import type { Shot } from './shot.ts';

/** Fills a frame with a vertical gradient at infinite depth. */
export function paintBackground(frame: Frame, [top, bottom]: Shot['background']): void {
  const { size, colour, depth } = frame;
  depth.fill(0);
  for (let y = 0, o = 0; y < size; y++) {
    const t = y / (size - 1);
    for (let x = 0; x < size; x++, o += 3) {
      for (let k = 0; k < 3; k++) colour[o + k] = top[k] + t * (bottom[k] - top[k]);
    }
  }
}

/** Blur, noise and sRGB bytes of a picture in linear light. */
export function develop(linear: Float32Array, size: number, { blur, noise }: Shot): Uint8Array {
  blurInPlace(linear, size, (blur * size) / 112);
  const rgb = new Uint8Array(linear.length);
  const rng = noise.std > 0 ? new Rng(noise.seed, 'noise') : undefined;
  for (let i = 0; i < rgb.length; i++) {
    const value = toSrgb(linear[i]);
    rgb[i] = rng === undefined ? value : Math.min(255, Math.max(0, value + noise.std * almostNormal(rng)));
  }
  return rgb;
}

/** The sum of four random bytes, scaled to mean 0 and variance 1: close to normal and cheap. */
function almostNormal(rng: Rng): number {
  const bits = rng.int(0x1_0000_0000);
  const total = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (total - 510) / 147.8;
}

/** Gaussian blur with deviation `std` pixels; edges repeat. */
function blurInPlace(image: Float32Array, size: number, std: number): void {
  if (std < 0.15) return;
  const radius = Math.ceil(2.5 * std);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * std * std)),
  );
  const total = sum(kernel);
  const line = new Float32Array(size);
  for (const [step, next] of [
    [3, 3 * size],
    [3 * size, 3],
  ]) {
    for (let row = 0; row < size; row++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = row * next + channel;
        for (let i = 0; i < size; i++) line[i] = image[start + i * step];
        for (let i = 0; i < size; i++) {
          let blurred = 0;
          for (let j = -radius; j <= radius; j++) {
            const at = i + j < 0 ? 0 : i + j >= size ? size - 1 : i + j;
            blurred += kernel[j + radius] * line[at];
          }
          image[start + i * step] = blurred / total;
        }
      }
    }
  }
}
