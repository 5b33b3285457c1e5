import type { CSSProperties } from 'react';

/** The most faces of one sprite, and their largest side in pixels. */
export const MAX_FACES = 64;
export const MAX_SIDE = 256;

/** Pixels of a face in a sprite: enough for screens of twice the density. */
const SPRITE_SIDE = 128;

/** The address of some faces of a dataset beside one another. */
export const facesUrl = (dataset: string, indices: readonly number[], side = SPRITE_SIDE): string =>
  `/api/faces/${dataset}?i=${indices.join(',')}&side=${side}`;

/** Style that shows the k-th of the `count` faces of a sprite, filling its element. */
export const spritePart = (url: string, k: number, count: number): CSSProperties => ({
  backgroundImage: `url("${url}")`,
  backgroundSize: `${100 * count}% 100%`,
  backgroundPosition: count === 1 ? '0 0' : `${(100 * k) / (count - 1)}% 0`,
});
