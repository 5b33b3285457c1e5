import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@id3/core';

/** Pixels of a side of the images that the test network takes, and numbers of its embedding. */
export const SIDE = 9;
export const NUMBERS = 6;
const CHANNELS = 4;
const HALF = Math.ceil(SIDE / 2);

/** A small recogniser as a graph model of tfjs. */
export interface TestGraph {
  readonly topology: object;
  readonly specs: tf.io.WeightsManifestEntry[];
  readonly weights: Uint8Array<ArrayBuffer>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const strings = (...texts: string[]) => ({ list: { s: texts.map(base64) } });
const ints = (...numbers: number[]) => ({ list: { i: numbers.map(String) } });
const shapeOf = (shape: readonly number[]) => ({
  shape: { dim: shape.map((size) => ({ size: String(size) })) },
});

/** A network of the operators that converted mobile recognisers are made of, its weights drawn from a seed. */
export function testGraph(seed: number): TestGraph {
  const rng = new Rng(seed, 'graph');
  const specs: tf.io.WeightsManifestEntry[] = [];
  const bytes: Uint8Array[] = [];
  const nodes: object[] = [
    {
      name: 'images',
      op: 'Placeholder',
      attr: { dtype: { type: 'DT_FLOAT' }, shape: shapeOf([-1, SIDE, SIDE, 3]) },
    },
  ];
  const constant = (
    name: string,
    shape: number[],
    numbers: ArrayLike<number>,
    dtype: 'float32' | 'int32' = 'float32',
  ) => {
    const type = dtype === 'float32' ? 'DT_FLOAT' : 'DT_INT32';
    const value = { tensor: { dtype: type, tensorShape: shapeOf(shape).shape } };
    nodes.push({ name, op: 'Const', attr: { dtype: { type }, value } });
    specs.push({ name, shape, dtype });
    const numbersOf = dtype === 'float32' ? Float32Array : Int32Array;
    bytes.push(new Uint8Array(numbersOf.from(numbers).buffer));
    return name;
  };
  const drawn = (name: string, shape: number[]) =>
    constant(
      name,
      shape,
      rng.normals(shape.reduce((a, b) => a * b, 1)).map((value) => value / 3),
    );
  const node = (name: string, op: string, input: string[], attr: object = {}) => {
    nodes.push({ name, op, input, attr: { T: { type: 'DT_FLOAT' }, ...attr } });
    return name;
  };
  const window = (stride: number, ...fused: string[]) => ({
    strides: ints(1, stride, stride, 1),
    dilations: ints(1, 1, 1, 1),
    padding: { s: base64('SAME') },
    data_format: { s: base64('NHWC') },
    fused_ops: strings(...fused),
    num_args: { i: '1' },
  });
  const weights = (name: string, shape: number[]) => [
    drawn(`${name}/filter`, shape),
    drawn(`${name}/bias`, [CHANNELS]),
  ];
  const wide = node(
    'wide',
    '_FusedConv2D',
    ['images', ...weights('wide', [3, 3, 3, CHANNELS])],
    window(2, 'BiasAdd', 'Relu'),
  );
  const deep = node(
    'deep',
    'FusedDepthwiseConv2dNative',
    [wide, ...weights('deep', [3, 3, CHANNELS, 1])],
    window(1, 'BiasAdd'),
  );
  const length = HALF * HALF * CHANNELS;
  const flat = node('flat', 'Reshape', [deep, constant('flat/shape', [2], [-1, length], 'int32')]);
  node('embeddings', 'MatMul', [flat, drawn('embeddings/matrix', [length, NUMBERS])]);
  return {
    topology: { node: nodes, versions: { producer: 1 } },
    specs,
    weights: new Uint8Array(Buffer.concat(bytes)),
  };
}

/** Writes it as `tensorflowjs_converter` does, its weights in two files; the path of its JSON. */
export function writeGraph(folder: string, { topology, specs, weights }: TestGraph): string {
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  writeFileSync(join(folder, paths[0]), weights.subarray(0, 100));
  writeFileSync(join(folder, paths[1]), weights.subarray(100));
  const path = join(folder, 'model.json');
  const model = {
    format: 'graph-model',
    modelTopology: topology,
    weightsManifest: [{ paths, weights: specs }],
  };
  writeFileSync(path, JSON.stringify(model));
  return path;
}
