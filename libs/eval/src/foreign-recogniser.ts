import { UserError, firstLine } from '@id3/core';
import type { Embed } from '@id3/model';
import { asInput, channelCount, type InputConvention } from './input-convention.ts';
import { conventionRefusal, fixed, isWhole, type Port } from './signature.ts';

/** A recogniser in a file from elsewhere, for evaluation. */
export interface ForeignRecogniser {
  /** How it wants its images. */
  readonly convention: InputConvention;
  /** Whether its input can be given images of another convention. */
  takes(convention: InputConvention): boolean;
  /** Embeds images that it is given in a convention that it takes. Throws a UserError where it does not give one row of numbers for each. */
  embedAs(convention: InputConvention): Embed;
}

/** A model as a function of a batch of images of `dims`, to its embeddings. */
export type Run = (
  values: Float32Array,
  dims: readonly number[],
) => Promise<{ data: Float32Array; rows: number }>;

interface Model {
  readonly images: Port;
  readonly output: Port;
  readonly convention: InputConvention;
  readonly run: Run;
  /** Images that it is given at once where it takes any number; default: all. */
  readonly atOnce?: number;
}

/**
 * A model as a recogniser. A fixed batch is filled up.
 *
 * @param name what messages call it
 */
export function foreignRecogniser(
  name: string,
  { images, output, convention, run, atOnce: most }: Model,
): ForeignRecogniser {
  // A model that says how many rows it gives was traced with so many images.
  const rows = output.shape.length > 1 ? fixed(output.shape[0]) : undefined;
  const atOnce = fixed(images.shape[0]) ?? rows ?? most;
  return {
    convention,
    takes: (other) => conventionRefusal(images, other) === undefined,
    embedAs(other) {
      const embed: Embed = async (pictures, [count, height, width]) => {
        const { size, layout } = other;
        const values = asInput(pictures, [count, height, width], other);
        const channels = channelCount(other);
        const pixels = {
          values: isWhole(images) ? values.map(Math.round) : values,
          image: layout === 'NCHW' ? [channels, size, size] : [size, size, channels],
          count,
        };
        return inBatches(pixels, atOnce ?? count, async (batchValues, dims) => {
          const { data, rows: given } = await run(batchValues, dims).catch((error: unknown) => {
            throw new UserError(
              `${name} cannot compute on images [${dims.join(', ')}] (${firstLine(error)}); set --input.size as its description says.`,
            );
          });
          const expected = dims[0];
          if (given !== expected)
            throw new UserError(
              `${name} gives ${given} rows for ${expected} images in its output ${output.name}; export it with a row for each image, or for one image at a time (a fixed batch of 1).`,
            );
          if (data.length < 2 * given)
            throw new UserError(
              `${name} gives ${data.length / given} numbers for each image in its output ${output.name}, which is no embedding; name another by --output.name.`,
            );
          return data;
        });
      };
      return Object.assign(embed, { channels: 3 as const });
    },
  };
}

/** Runs images through a function of `atOnce` of them, and joins the rows. The last batch is filled up with zeros, whose rows are dropped. */
async function inBatches(
  { values, image, count }: { values: Float32Array; image: readonly number[]; count: number },
  atOnce: number,
  run: (values: Float32Array, dims: readonly number[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const each = values.length / count;
  const rows: Float32Array[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const here = Math.min(atOnce, count - from);
    const part = values.subarray(from * each, (from + here) * each);
    const full = here === atOnce ? part : new Float32Array(atOnce * each);
    if (here < atOnce) full.set(part);
    const data = await run(full, [atOnce, ...image]);
    rows.push(data.subarray(0, (data.length / atOnce) * here));
  }
  const all = new Float32Array(rows.reduce((total, row) => total + row.length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
