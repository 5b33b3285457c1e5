import type * as ort from 'onnxruntime-node';
import { UserError, firstLine, sum } from '@id3/core';
import { interpolation, type Embed } from '@id3/model';
import { Matrix } from 'ml-matrix';
import { z } from 'zod';

/** How a recogniser from elsewhere wants its images. The defaults are those of InsightFace's models. */
export const inputConventionSchema = z.strictObject({
  /** Pixels of a side. */
  size: z.int().min(8).max(1024).default(112),
  channels: z.enum(['RGB', 'BGR']).default('RGB'),
  /** Subtracted from values from 0 to 255, one number or one for each channel in the order of `channels`. */
  mean: z.union([z.number(), z.array(z.number()).length(3)]).default(127.5),
  /** Then divided by. */
  std: z.union([z.number().positive(), z.array(z.number().positive()).length(3)]).default(127.5),
  layout: z.enum(['NCHW', 'NHWC']).default('NCHW'),
});
export type InputConvention = z.infer<typeof inputConventionSchema>;
export const INSIGHTFACE: InputConvention = inputConventionSchema.parse({});

/**
 * A recogniser in an ONNX file, for evaluation: its first input takes the images, its first output is the embedding [B,d]. A model
 * of a fixed batch gets no more images at once than that. Throws a UserError where the file cannot be loaded, or where its input does not
 * fit the convention.
 */
export async function loadOnnxRecogniser(
  model: string | Uint8Array,
  convention: InputConvention = INSIGHTFACE,
  { threads }: { threads?: number } = {},
): Promise<Embed> {
  const runtime = await import('onnxruntime-node');
  const name = typeof model === 'string' ? model : 'the model';
  let session: ort.InferenceSession;
  try {
    // One call for a path, one for bytes: TypeScript does not join overloads.
    const options = { intraOpNumThreads: threads ?? 0, logSeverityLevel: 3 as const };
    session =
      typeof model === 'string'
        ? await runtime.InferenceSession.create(model, options)
        : await runtime.InferenceSession.create(model, options);
  } catch (error) {
    throw new UserError(`${name} cannot be loaded as an ONNX model (${firstLine(error)}); check the file.`);
  }
  const { size, layout } = convention;
  const [input] = session.inputMetadata;
  const shape = 'shape' in input ? input.shape : [];
  const sides = layout === 'NCHW' ? shape.slice(2) : shape.slice(1, 3);
  for (const side of sides)
    if (typeof side === 'number' && side > 0 && side !== size)
      throw new UserError(
        `${name} takes images [${shape.join(', ')}], but its declared convention is ${layout} of ${size}×${size} pixels; set --input.size and --input.layout.`,
      );
  const maxBatch = typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : Infinity;
  return async (images, [batch, height, width]) => {
    const values = asInput(images, [batch, height, width], convention);
    const pixels = 3 * size * size;
    const rows: Float32Array[] = [];
    for (let from = 0; from < batch; from += Math.min(maxBatch, batch)) {
      const count = Math.min(maxBatch, batch - from);
      const dims = layout === 'NCHW' ? [count, 3, size, size] : [count, size, size, 3];
      const tensor = new runtime.Tensor(
        'float32',
        values.subarray(from * pixels, (from + count) * pixels),
        dims,
      );
      const outputs = await session.run({ [session.inputNames[0]]: tensor });
      const { data } = outputs[session.outputNames[0]];
      if (!(data instanceof Float32Array))
        throw new UserError(
          `${name} does not give embeddings in 32-bit floats; export it with such an output.`,
        );
      rows.push(data);
    }
    const all = new Float32Array(sum(rows.map((row) => row.length)));
    let at = 0;
    for (const row of rows) {
      all.set(row, at);
      at += row.length;
    }
    return all;
  };
}

/** Images [B,H,W,3] in [-1,1] as a convention wants them: scaled to its size, in its order and its range. */
export function asInput(
  images: Float32Array,
  [batch, height, width]: readonly [number, number, number],
  { size, channels, mean, std, layout }: InputConvention,
): Float32Array {
  const out = new Float32Array(batch * size * size * 3);
  const scale = scaler(height, width, size);
  const of = (value: number | number[], c: number) => (typeof value === 'number' ? value : value[c]);
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < 3; c++) {
      const source = channels === 'RGB' ? c : 2 - c;
      const plane = Float32Array.from(
        { length: height * width },
        (_, i) => images[(b * height * width + i) * 3 + source],
      );
      const scaled = scale(plane);
      const [m, s] = [of(mean, c), of(std, c)];
      for (let i = 0; i < size * size; i++) {
        const at = layout === 'NCHW' ? (b * 3 + c) * size * size + i : (b * size * size + i) * 3 + c;
        out[at] = ((scaled[i] + 1) * 127.5 - m) / s;
      }
    }
  return out;
}

/** Scales planes [height,width] to [size,size]: a product with the interpolation's weights from either side. */
function scaler(height: number, width: number, size: number): (plane: Float32Array) => ArrayLike<number> {
  if (height === size && width === size) return (plane) => plane;
  const rows = Matrix.from1DArray(size, height, interpolation(height, size, 0, 1));
  const columns = Matrix.from1DArray(size, width, interpolation(width, size, 0, 1)).transpose();
  return (plane) =>
    rows
      .mmul(Matrix.from1DArray(height, width, plane))
      .mmul(columns)
      .to1DArray();
}
