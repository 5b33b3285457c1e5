import { broadcast, plain, record, type Value } from '../value.ts';
import { add, binary, unary } from './elementwise.ts';
import { lower } from './kernel.ts';

/** Products of matrices, transposed by the kernel itself: [..,n,k] and [..,k,m] → [..,n,m]. */
export function matMul(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const rank = a.shape.length;
  const n = a.shape[transposeA ? rank - 1 : rank - 2];
  const m = b.shape[transposeB ? rank - 2 : rank - 1];
  const batch = a.shape.slice(0, -2).map((size, axis) => Math.max(size, b.shape[axis]));
  return record('FusedMatMul', [plain(a), plain(b)], [...batch, n, m], 'float32', {
    domain: 'com.microsoft',
    attributes: { transA: Number(transposeA), transB: Number(transposeB) },
  });
}

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
  { bias, preluActivationWeights: slope }: Record<string, Value>,
  { activation, leakyreluAlpha }: { activation: string; leakyreluAlpha?: number },
): Value {
  const shifted = bias === undefined ? x : add(x, bias);
  if (activation === 'prelu') {
    const [positive, negative] = [unary('Relu', shifted), unary('Neg', unary('Relu', unary('Neg', shifted)))];
    return add(positive, binary('Mul', negative, slope));
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
    ({ inputs, attrs }) =>
      biasAndActivation(matMul(inputs.a, inputs.b, attrs.transposeA, attrs.transposeB), inputs, attrs),
  );
}
