// What DCFace (Kim et al., CVPR 2023) has in the place of age and yaw: the style of an image.

/** Cells along each side of the grid whose statistics are an image's style; DCFace's has 5, which divides no side of ours. */
export const STYLE_CELLS = 4;

const VALUES = 3 * STYLE_CELLS ** 2;

/**
 * Numbers that tell a style: of each cell and channel the mean, of each the standard deviation, and 1, which says that they are known. A
 * row of zeros says that they are not.
 */
export const STYLE_SIZE = 2 * VALUES + 1;

/** What gives each number of a style a deviation of about 1 over rendered faces, where means have one of 0.36 and deviations of 0.13. */
export const STYLE_GAINS: readonly number[] = Array.from({ length: STYLE_SIZE }, (_, i) =>
  i < VALUES ? 3 : i < 2 * VALUES ? 8 : 1,
);

/**
 * The style of an image: the mean and the standard deviation of its pixels in each cell of a grid. A simplification: DCFace's statistics
 * are of a recogniser's feature maps, which a learnt convolution has mixed, with those of the whole map beside them.
 *
 * @param image [H,W,3] in [-1,1], or [H,W], grey, which stands for all three channels; H and W at least {@link STYLE_CELLS}
 * @returns [{@link STYLE_SIZE}]: means (cells row by row, three channels each), deviations in the same order, 1
 */
export function styleOf(image: ArrayLike<number>, [height, width]: readonly [number, number]): Float32Array {
  const [counts, sums, squares] = [0, 1, 2].map(() => new Float64Array(VALUES));
  const isGrey = image.length === height * width;
  for (let row = 0, k = 0; row < height; row++) {
    const across = Math.floor((row * STYLE_CELLS) / height) * STYLE_CELLS;
    for (let column = 0; column < width; column++) {
      const cell = 3 * (across + Math.floor((column * STYLE_CELLS) / width));
      for (let channel = 0; channel < 3; channel++, k++) {
        const value = image[isGrey ? row * width + column : k];
        counts[cell + channel]++;
        sums[cell + channel] += value;
        squares[cell + channel] += value ** 2;
      }
    }
  }
  const style = new Float32Array(STYLE_SIZE).fill(1);
  for (let i = 0; i < VALUES; i++) {
    const mean = sums[i] / counts[i];
    style[i] = mean;
    style[VALUES + i] = Math.sqrt(Math.max(0, squares[i] / counts[i] - mean ** 2));
  }
  return style;
}
