import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng, UserError } from '@id3/core';
import { embedDataset } from '@id3/model';
import type { AnyElementType } from '@id3/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { asInput, type DeclaredConvention, type InputConvention } from './input-convention.ts';
import { openOnnxRecogniser, type OnnxOptions } from './onnx-recogniser.ts';
import { D, PIXELS, SIZE, linearModel, type LinearModel } from './onnx-testing.ts';

const COUNT = 6;
const rng = new Rng(1, 'onnx');
const matrix = rng.normals(PIXELS * D);
/** As uint8 pictures are: whole numbers from 0 to 255. */
const bytes = Uint8Array.from({ length: COUNT * PIXELS }, () => rng.int(256));
const images = Float32Array.from(bytes, (value) => value / 127.5 - 1);

const open = (
  { matrix: own = matrix, ...model }: Partial<LinearModel> = {},
  declared: DeclaredConvention = {},
  options: OnnxOptions = {},
) => {
  const used = own.slice(0, (model.channels ?? 3) * SIZE * SIZE * D);
  return openOnnxRecogniser(linearModel({ matrix: used, ...model }), declared, { threads: 1, ...options });
};
/** What a recogniser gives for the images. */
async function embedded(...given: Parameters<typeof open>): Promise<Float32Array> {
  const { convention, embedAs } = await open(...given);
  return embedAs(convention)(images, [COUNT, SIZE, SIZE, 3]);
}

/** The same function, straight from the bytes: Σ (value - mean) / std · matrix; greys may be made whole. */
function reference(
  channels: InputConvention['channels'],
  mean: number[],
  std: number[],
  made = (grey: number) => grey,
): number[] {
  const planes = channels === 'grey' ? 1 : 3;
  const value = (b: number, c: number, i: number) => {
    const [red, green, blue] = bytes.subarray((b * SIZE * SIZE + i) * 3);
    if (channels === 'grey') return made(0.299 * red + 0.587 * green + 0.114 * blue);
    return (channels === 'RGB' ? [red, green, blue] : [blue, green, red])[c];
  };
  return Array.from({ length: COUNT * D }, (_, at) => {
    let total = 0;
    for (let c = 0; c < planes; c++)
      for (let i = 0; i < SIZE * SIZE; i++)
        total +=
          ((value(Math.floor(at / D), c, i) - mean[c]) / std[c]) *
          matrix[(c * SIZE * SIZE + i) * D + (at % D)];
    return total;
  });
}
const same = (x: number) => [x, x, x];

/** The largest difference as a share of the largest value. */
function error(got: ArrayLike<number>, want: readonly number[]): number {
  expect(got).toHaveLength(want.length);
  return Math.max(...want.map((x, i) => Math.abs(got[i] - x))) / Math.max(...want.map(Math.abs));
}

/** An input's type: the values that it is given by default, and how exact they are. */
const INPUTS = [
  { input: 'float32', mean: 127.5, std: 127.5, exact: 1e-5 },
  { input: 'float64', mean: 127.5, std: 127.5, exact: 1e-5 },
  { input: 'float16', mean: 127.5, std: 127.5, exact: 2e-3 },
  { input: 'uint8', mean: 0, std: 1, exact: 1e-5 },
  { input: 'int8', mean: 128, std: 1, exact: 1e-5 },
  { input: 'int32', mean: 0, std: 1, exact: 1e-5 },
  { input: 'int64', mean: 0, std: 1, exact: 1e-5 },
] as const;
/** An output's type, and how exact it is where values go to about 10. */
const OUTPUTS = [
  { output: 'float32', exact: 1e-5 },
  { output: 'float64', exact: 1e-5 },
  { output: 'float16', exact: 1e-3 },
  { output: 'int32', exact: 0.1 },
  { output: 'int16', exact: 0.1 },
] as const;

describe('an ONNX recogniser of', () => {
  const kinds = ['one', 'norm first', 'wide'] as const;
  const combinations = INPUTS.flatMap((input) =>
    OUTPUTS.flatMap((output) =>
      (['NCHW', 'NHWC'] as const).flatMap((layout) =>
        (['N', 1, 4] as const).map((batch) => ({ input, output, layout, batch })),
      ),
    ),
  ).map((given, i) => ({
    ...given,
    outputs: kinds[i % 3],
    channels: i % 4 === 3 ? (1 as const) : (3 as const),
  }));

  it(
    '210 kinds of types, layouts, batches, channels and outputs gives what its matrix says',
    { timeout: 600_000 },
    async () => {
      expect(combinations).toHaveLength(210);
      for (const { input, output, ...others } of combinations) {
        const channels = others.channels === 1 ? 'grey' : 'RGB';
        const made = input.std === 1 ? Math.round : undefined;
        const want = reference(channels, same(input.mean), same(input.std), made);
        // Whole and half numbers must hold the values.
        const unit = Math.max(...want.map(Math.abs)) / 100;
        const model = { ...others, input: input.input, output: output.output };
        const scaled = matrix.map((x) => x / unit);
        const got = await embedded({ ...model, matrix: scaled });
        // A grey between two whole numbers may become either.
        const grey = channels === 'grey' && made ? 2e-3 : 0;
        expect(
          error(
            got.map((x) => x * unit),
            want,
          ),
          JSON.stringify(model),
        ).toBeLessThan(input.exact + output.exact + grey);
      }
    },
  );
  it('any declared convention is given it', async () => {
    const conventions = [
      { channels: 'BGR', mean: [104, 117, 123], std: [1, 2, 3] },
      { channels: 'RGB', mean: [0, 0, 0], std: [255, 255, 255] },
    ] as const;
    for (const { channels, mean, std } of conventions) {
      const got = await embedded({}, { channels, mean: [...mean], std: [...std] });
      expect(error(got, reference(channels, [...mean], [...std]))).toBeLessThan(1e-5);
    }
  });
  it('any size takes the size that is declared, of any count of channels too', async () => {
    const { convention, embedAs } = await open({ side: 'S' }, { size: SIZE });
    expect(convention).toEqual({ size: SIZE, channels: 'RGB', mean: 127.5, std: 127.5, layout: 'NCHW' });
    const flat = new Float32Array(12 * 12 * 3).fill(0.5);
    const got = await embedAs(convention)(flat, [1, 12, 12, 3]);
    const columns = Array.from({ length: D }, (_, k) =>
      matrix.reduce((total, x, at) => total + (at % D === k ? x / 2 : 0), 0),
    );
    expect(error(got, columns)).toBeLessThan(1e-5);
  });
  it('several outputs is asked for the one that is named, and refuses to guess', async () => {
    await expect(open({ outputs: 'two' })).rejects.toThrow(
      /2 outputs that can be the embedding; name one by --output\.name: embedding \(float32 \[N, 16\]\), twin/,
    );
    const want = reference('RGB', same(127.5), same(127.5));
    expect(error(await embedded({ outputs: 'two' }, {}, { output: 'twin' }), want)).toBeLessThan(1e-5);
    await expect(open({}, {}, { output: 'twin' })).rejects.toThrow(
      /no output of numbers that is called twin/,
    );
    await expect(embedded({ outputs: 'norm first' }, {}, { output: 'norm' })).rejects.toThrow(
      /gives 1 numbers for each image in its output norm/,
    );
  });
  it('a flag beside the images gets it false; what else it wants is refused', async () => {
    const want = reference('RGB', same(127.5), same(127.5));
    expect(error(await embedded({ extra: 'bool' }), want)).toBeLessThan(1e-5);
    await expect(open({ extra: 'float32' })).rejects.toThrow(
      /wants extra \(float32 \[1\]\) beside the images/,
    );
  });
  it('fewer rows than images is refused, or given so many as it has rows', async () => {
    await expect(embedded({ rows: 'first' })).rejects.toThrow(
      /gives 1 rows for 6 images in its output embedding/,
    );
    const one = await embedded({ rows: 'sum' });
    expect(error(one, reference('RGB', same(127.5), same(127.5)))).toBeLessThan(1e-5);
  });
});

describe('an ONNX recogniser with weights in a file of their own', () => {
  const written = (types: Partial<LinearModel>) => {
    const folder = mkdtempSync(join(tmpdir(), 'id3-onnx-'));
    const path = join(folder, 'model.onnx');
    writeFileSync(path, linearModel({ matrix, weights: 'model.onnx.data', ...types }));
    return { path, weights: `${path}.data` };
  };
  it.each<[Partial<LinearModel>, number]>([
    [{}, 1e-5],
    [{ input: 'float16', output: 'float16' }, 3e-3],
    [{ output: 'float64' }, 1e-5],
  ])('is read beside them: %j', async (types, exact) => {
    const { path, weights } = written(types);
    writeFileSync(weights, Buffer.from(matrix.map((x) => x / 10).buffer));
    const { convention, embedAs } = await openOnnxRecogniser(path, {}, { threads: 1 });
    const got = await embedAs(convention)(images, [COUNT, SIZE, SIZE, 3]);
    const want = reference('RGB', same(127.5), same(127.5)).map((x) => x / 10);
    expect(error(got, want)).toBeLessThan(exact);
  });
  it('is refused in a sentence where they are missing, elsewhere or links', async () => {
    const { path, weights } = written({ input: 'float16' });
    const refusal =
      /model\.onnx cannot be loaded as an ONNX model \(.*\); put the files of its weights beside it, .* no links\.$/;
    await expect(openOnnxRecogniser(path)).rejects.toThrow(refusal);
    const elsewhere = written({});
    writeFileSync(elsewhere.weights, Buffer.from(matrix.buffer));
    symlinkSync(elsewhere.weights, weights);
    await expect(openOnnxRecogniser(path)).rejects.toThrow(UserError);
    await expect(openOnnxRecogniser(path)).rejects.toThrow(refusal);
  });
});

describe('refused is', () => {
  it('a broken file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'id3-onnx-')), 'broken.onnx');
    writeFileSync(path, 'no model');
    await expect(openOnnxRecogniser(path)).rejects.toThrow(UserError);
    await expect(openOnnxRecogniser(path)).rejects.toThrow(/broken\.onnx cannot be loaded as an ONNX model/);
  });
  it.each<[DeclaredConvention, Partial<LinearModel>, RegExp]>([
    [
      { size: 112 },
      {},
      /takes images \(float32 \[N, 3, 8, 8\]\), which RGB images of 112×112 .*--input\.size/,
    ],
    [{ layout: 'NHWC' }, {}, /order NHWC do not fit/],
    [{ channels: 'grey' }, {}, /grey images/],
    [{ channels: 'RGB' }, { channels: 1 }, /RGB images/],
    [{ mean: [1, 2, 3] }, { channels: 1 }, /takes one channel; give one number/],
    [{ mean: 127.5, std: 127.5 }, { input: 'uint8' }, /takes whole numbers \(uint8\)/],
    [{ mean: 0 }, { input: 'int8' }, /takes whole numbers \(int8\)/],
  ])('%j of %j', async (declared, model, message) => {
    await expect(open(model, declared)).rejects.toThrow(UserError);
    await expect(open(model, declared)).rejects.toThrow(message);
  });
  it.each<[AnyElementType]>([['bool']])('an output of %s', async (output) =>
    expect(open({ output })).rejects.toThrow(/cannot be loaded|no output that can be an embedding/),
  );
  it('a size that the graph cannot compute on', async () => {
    await expect(embedded({ side: 'S' }, { size: 9 })).rejects.toThrow(
      /cannot compute on images \[6, 3, 9, 9\] .*set --input\.size/,
    );
  });
});

it('images are laid out as the convention says', () => {
  const convention = { size: SIZE, channels: 'RGB', mean: 127.5, std: 127.5, layout: 'NHWC' } as const;
  const one = images.subarray(0, PIXELS);
  asInput(one, [1, SIZE, SIZE], convention).forEach((value, k) => expect(value).toBeCloseTo(one[k], 5));
});

it('an ONNX recogniser sees grey images as three equal channels', async () => {
  const { convention, embedAs } = await open();
  const grey = bytes.subarray(0, COUNT * SIZE * SIZE);
  const size = SIZE * SIZE;
  const pictures = { count: COUNT, height: SIZE, width: SIZE, channels: 1 } as const;
  const got = await embedDataset(embedAs(convention), {
    ...pictures,
    image: (i) => grey.slice(i * size, (i + 1) * size),
  });
  const three = Float32Array.from(Array.from(grey).flatMap(same), (value) => value / 127.5 - 1);
  expect(got).toEqual(await embedAs(convention)(three, [COUNT, SIZE, SIZE, 3]));
});
