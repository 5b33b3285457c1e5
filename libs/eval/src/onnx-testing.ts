import { ELEMENT, encodeModel, type AnyElementType, type ModelNode } from '@id3/tfjs-backend-onnx';

/** Pixels of a side of the images that test models take, values of an RGB one, and numbers of an embedding. */
export const SIZE = 8;
export const PIXELS = 3 * SIZE * SIZE;
export const D = 16;

export interface LinearModel {
  /** [values of an image, D]; rows in the order channel, row, column. */
  readonly matrix: Float32Array;
  /** A file beside the model's that holds the matrix, which the model then does not. */
  readonly weights?: string;
  readonly batch?: number | string;
  readonly input?: AnyElementType;
  readonly output?: AnyElementType;
  readonly layout?: 'NCHW' | 'NHWC';
  readonly channels?: 1 | 3;
  /** Declared; a name for any. */
  readonly side?: number | string;
  /** `norm first`: the embedding's norm [B,1] stands before it; `two`: it is given twice, as `embedding` and `twin`; `wide`: as [B,D,1,1]. */
  readonly outputs?: 'one' | 'norm first' | 'two' | 'wide';
  /** Adds an input; a flag that is set makes all embeddings zero. */
  readonly extra?: AnyElementType;
  /** Only one row comes out of a batch: the sum of all, as the graph's shapes tell, or the first, which they do not. */
  readonly rows?: 'sum' | 'first';
}

const int64 = (values: number[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
/** An ONNX model that maps an image's values by a matrix. */
export function linearModel(options: LinearModel): Uint8Array {
  const { matrix, batch = 'N', input = 'float32', output = 'float32', layout = 'NCHW' } = options;
  const { channels = 3, side = SIZE, outputs = 'one', extra, rows, weights } = options;
  const nodes: ModelNode[] = [];
  const node = (op: string, inputs: string[], out: string, attributes: ModelNode['attributes'] = {}) => {
    nodes.push({ op, domain: '', inputs, output: out, attributes });
    return out;
  };
  let value = 'images';
  if (input !== 'float32') value = node('Cast', [value], 'floats', { to: ELEMENT.float32 });
  if (layout === 'NHWC') value = node('Transpose', [value], 'planes', { perm: [0, 3, 1, 2] });
  value = node('Reshape', [value, 'flat shape'], 'flat');
  value = node('MatMul', [value, 'matrix'], 'product');
  if (rows === 'sum') value = node('ReduceSum', [value, 'axis'], 'summed');
  if (rows === 'first') value = node('Compress', [value, 'first'], 'row', { axis: 0 });
  if (extra === 'bool') {
    node('Not', ['extra'], 'off');
    value = node('Mul', [value, node('Cast', ['off'], 'factor', { to: ELEMENT.float32 })], 'gated');
  }
  if (outputs === 'norm first') node('ReduceL2', [value, 'last'], 'norm');
  if (outputs === 'wide') value = node('Reshape', [value, 'wide shape'], 'widened');
  const types = (out: string) =>
    output === 'float32'
      ? node('Identity', [value], out)
      : node('Cast', [value], out, { to: ELEMENT[output] });
  types('embedding');
  if (outputs === 'two') types('twin');
  const shape = outputs === 'wide' ? [batch, D, 1, 1] : [batch, D];
  const embedding = { name: 'embedding', type: output, shape };
  return encodeModel({
    nodes,
    constants: [
      { name: 'flat shape', type: 'int64', shape: [2], data: int64([-1, channels * SIZE * SIZE]) },
      {
        name: 'matrix',
        type: 'float32',
        shape: [matrix.length / D, D],
        data: weights ?? new Uint8Array(matrix.buffer),
      },
      { name: 'axis', type: 'int64', shape: [1], data: int64([0]) },
      { name: 'first', type: 'bool', shape: [1], data: Uint8Array.of(1) },
      { name: 'last', type: 'int64', shape: [1], data: int64([1]) },
      { name: 'wide shape', type: 'int64', shape: [4], data: int64([-1, D, 1, 1]) },
    ],
    inputs: [
      ...(extra ? [{ name: 'extra', type: extra, shape: [1] }] : []),
      {
        name: 'images',
        type: input,
        shape: layout === 'NCHW' ? [batch, channels, side, side] : [batch, side, side, channels],
      },
    ],
    outputs: [
      ...(outputs === 'norm first' ? [{ name: 'norm', type: 'float32' as const, shape: [batch, 1] }] : []),
      embedding,
      ...(outputs === 'two' ? [{ ...embedding, name: 'twin' }] : []),
    ],
  });
}
