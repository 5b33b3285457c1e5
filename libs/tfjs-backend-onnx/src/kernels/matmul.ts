import { broadcast, plain, record, type Value } from '../value.ts';
import { add, binary, cast, unary } from './elementwise.ts';
import { lower } from './kernel.ts';
import { reshape, transpose } from './shape.ts';

/**
 * Products of matrices, transposed by the kernel itself: [..,n,k] and [..,k,m] → [..,n,m]. Leading axes
 * broadcast. Gives `undefined` where the shapes do not fit.
 */
export function matMul(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value | undefined {
  const rank = Math.max(a.shape.length, b.shape.length);
  if (Math.min(a.shape.length, b.shape.length) < 2) return undefined;
  const [x, y] = [a, b].map((v) => reshape(v, [...Array<number>(rank - v.shape.length).fill(1), ...v.shape]));
  const [n, k] = matrix(x, transposeA);
  const [inner, m] = matrix(y, transposeB);
  const batch = x.shape.slice(0, -2).map((size, axis) => Math.max(size, y.shape[axis]));
  const fits = (v: Value) => batch.every((size, axis) => v.shape[axis] === 1 || v.shape[axis] === size);
  if (k !== inner || !fits(x) || !fits(y)) return undefined;
  return product(x, y, [...batch, n, m], { transposeA, transposeB });
}

/** Rows and columns, as they enter the product. */
function matrix({ shape }: Value, transposed: boolean): readonly number[] {
  const sides = shape.slice(-2);
  return transposed ? sides.reverse() : sides;
}

/** A product of matrices of one rank whose shape is known. */
export function product(
  a: Value,
  b: Value,
  shape: readonly number[],
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): Value {
  if (a.dtype === 'int32' && b.dtype === 'int32') {
    const turned = (v: Value, turn: boolean) => plain(turn ? transpose(v, lastTwoTurned(v)) : v);
    return record('MatMul', [turned(a, transposeA), turned(b, transposeB)], shape, 'int32');
  }
  const [x, y] = [a, b].map((v) => plain(cast(v, 'float32')));
  return record('FusedMatMul', [x, y], shape, 'float32', {
    domain: 'com.microsoft',
    attributes: { transA: Number(transposeA), transB: Number(transposeB) },
  });
}

const lastTwoTurned = ({ shape }: Value): number[] => [
  ...shape.slice(0, -2).keys(),
  shape.length - 1,
  shape.length - 2,
];

interface MatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

const ACTIVATIONS: Record<string, (x: Value, alpha?: number) => Value> = {
  linear: (x) => x,
  relu: (x) => unary('Relu', x),
  elu: (x) => unary('Elu', x, { attributes: { alpha: { float: 1 } } }),
  sigmoid: (x) => unary('Sigmoid', x),
  leakyrelu: (x, alpha = 0.2) => unary('LeakyRelu', x, { attributes: { alpha: { float: alpha } } }),
};

/** What tfjs fuses behind a product or convolution. */
export function biasAndActivation(
  x: Value,
  { bias, preluActivationWeights: slope }: { bias?: Value; preluActivationWeights?: Value },
  { activation, leakyreluAlpha }: { activation: string; leakyreluAlpha?: number },
): Value {
  const shifted = bias === undefined ? x : add(x, bias);
  if (activation === 'prelu') {
    const [positive, negative] = [unary('Relu', shifted), unary('Neg', unary('Relu', unary('Neg', shifted)))];
    return add(positive, binary('Mul', negative, slope!));
  }
  if (activation === 'relu6') {
    return binary(
      'Min',
      unary('Relu', shifted),
      broadcast(record('Identity', [{ type: 'float32', shape: [], values: [6] }], [], 'float32'), []),
    );
  }
  const apply = ACTIVATIONS[activation];
  if (apply === undefined) throw new Error(`the onnx backend has no activation ${activation}`);
  return apply(shifted, leakyreluAlpha);
}

export function registerMatMul(): void {
  lower<MatMulAttributes>('BatchMatMul', ({ inputs: { a, b }, attrs }) =>
    matMul(a, b, attrs.transposeA, attrs.transposeB),
  );
  lower<MatMulAttributes & { activation: string; leakyreluAlpha?: number }>(
    '_FusedMatMul',
    ({ inputs, attrs }) => {
      const y = matMul(inputs.a, inputs.b, attrs.transposeA, attrs.transposeB);
      return y && biasAndActivation(y, inputs, attrs);
    },
  );
}
