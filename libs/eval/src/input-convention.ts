import { interpolation } from '@id3/model';
import { z } from 'zod';

/** How a recogniser from elsewhere wants its images. */
export const inputConventionSchema = z.strictObject({
  /** Pixels of a side. */
  size: z.int().min(8).max(1024),
  /** Grey is Rec. 601's luma, as OpenCV's. */
  channels: z.enum(['RGB', 'BGR', 'grey']),
  /** Subtracted from values from 0 to 255, one number or one for each channel in the order of `channels`. */
  mean: z.union([z.number(), z.array(z.number()).length(3)]),
  /** Then divided by. */
  std: z.union([z.number().positive(), z.array(z.number().positive()).length(3)]),
  layout: z.enum(['NCHW', 'NHWC']),
});
export type InputConvention = z.infer<typeof inputConventionSchema>;

/** What is known of a convention beside what the model itself says. */
export const declaredConventionSchema = inputConventionSchema.partial();
export type DeclaredConvention = z.infer<typeof declaredConventionSchema>;

/** The weights of R, G and B in a model's channels. */
const WEIGHTS: Record<InputConvention['channels'], readonly (readonly number[])[]> = {
  RGB: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  BGR: [
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
  ],
  grey: [[0.299, 0.587, 0.114]],
};
export const channelCount = ({ channels }: Pick<InputConvention, 'channels'>): number =>
  WEIGHTS[channels].length;

/** Images [B,H,W,3] in [-1,1] as a convention wants them: scaled to its size, in its order and its range. */
export function asInput(
  images: Float32Array,
  [batch, height, width]: readonly [number, number, number],
  { size, channels, mean, std, layout }: InputConvention,
): Float32Array {
  const weights = WEIGHTS[channels];
  const count = weights.length;
  const out = new Float32Array(batch * size * size * count);
  const scale = scaler(height, width, size);
  const of = (value: number | number[], c: number) => (typeof value === 'number' ? value : value[c]);
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < count; c++) {
      const [red, green, blue] = weights[c];
      const plane = Float32Array.from({ length: height * width }, (_, i) => {
        const at = (b * height * width + i) * 3;
        return red * images[at] + green * images[at + 1] + blue * images[at + 2];
      });
      const scaled = scale(plane);
      const [m, s] = [of(mean, c), of(std, c)];
      for (let i = 0; i < size * size; i++) {
        const at = layout === 'NCHW' ? (b * count + c) * size * size + i : (b * size * size + i) * count + c;
        out[at] = ((scaled[i] + 1) * 127.5 - m) / s;
      }
    }
  return out;
}

/** Scales planes [height,width] to [size,size]: rows, then columns, are weighted sums of the few that the interpolation takes. */
function scaler(height: number, width: number, size: number): (plane: Float32Array) => ArrayLike<number> {
  if (height === size && width === size) return (plane) => plane;
  const [rows, columns] = [tapsOf(height, size), tapsOf(width, size)];
  return (plane) => {
    const across = new Float64Array(height * size);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < size; x++)
        for (const { from, weight } of columns[x]) across[y * size + x] += weight * plane[y * width + from];
    const scaled = new Float64Array(size * size);
    for (let y = 0; y < size; y++)
      for (const { from, weight } of rows[y])
        for (let x = 0; x < size; x++) scaled[y * size + x] += weight * across[from * size + x];
    return scaled;
  };
}

/** Of each of `size` new pixels the old ones of a line of `length` that it is made of. */
function tapsOf(length: number, size: number): { from: number; weight: number }[][] {
  const weights = interpolation(length, size, 0, 1);
  return Array.from({ length: size }, (_, k) =>
    Array.from(weights.subarray(k * length, (k + 1) * length), (weight, from) => ({ from, weight })).filter(
      ({ weight }) => weight !== 0,
    ),
  );
}
