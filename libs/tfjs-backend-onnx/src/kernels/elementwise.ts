import * as tf from '@tensorflow/tfjs-core';
import {
  broadcast,
  channelsFirst,
  fillOf,
  smallOf,
  filled,
  int64s,
  plain,
  record,
  scalarOf,
  size,
  type DataType,
  type NodeOptions,
  type Value,
} from '../value.ts';
import { scaledAndShifted } from './affine.ts';
import { blockedWithBias } from './blocks.ts';
import { lower } from './kernel.ts';

const sameShape = (a: Value, b: Value): boolean =>
  tf.util.arraysEqual(a.shape as number[], b.shape as number[]);

/** Applies an operator to each element. */
export function unary(op: string, x: Value, options: NodeOptions = {}, dtype: DataType = x.dtype): Value {
  if (x.content.kind === 'repeated') return broadcast(unary(op, x.content.small, options, dtype), x.shape);
  return record(op, [x], x.shape, dtype, { ...options, channelsFirst: x.channelsFirst });
}

/** An operand as ONNX may broadcast it against a rank-4 value in channels-first layout. */
function operandChannelsFirst(v: Value): Value {
  const { shape } = v;
  if (v.channelsFirst || shape.length === 0) return v;
  if (shape.length === 4) return channelsFirst(v);
  // Fewer axes than four stand for the last ones: put the missing ones in front, then move the channels.
  const p = plain(v);
  if (size(shape) === 1) return p.shape.length <= 1 ? p : record('Reshape', [p, int64s([])], [], v.dtype);
  const padded = [...Array<number>(4 - shape.length).fill(1), ...shape];
  return channelsFirst(record('Reshape', [p, int64s(padded)], padded, v.dtype));
}

/** Applies an operator to each pair of elements, with broadcasting. */
export function binary(op: string, a: Value, b: Value, dtype: DataType = a.dtype): Value {
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape as number[], b.shape as number[]);
  // What is repeated is left small: where both are, so is the result.
  const [smallA, smallB] = [smallOf(a), smallOf(b)];
  if (smallA !== a || smallB !== b) {
    const smallShape = tf.backend_util.assertAndGetBroadcastShape(
      smallA.shape as number[],
      smallB.shape as number[],
    );
    return broadcast(apply(op, [smallA, smallB], smallShape, dtype), shape);
  }
  return apply(op, [a, b], shape, dtype);
}

function apply(
  op: string,
  [a, b]: readonly [Value, Value],
  shape: readonly number[],
  dtype: DataType,
): Value {
  if (shape.length === 4 && (a.channelsFirst || b.channelsFirst)) {
    const fused = op === 'Add' ? (convolutionWithBias(a, b) ?? convolutionWithBias(b, a)) : undefined;
    if (fused !== undefined) return fused;
    return record(op, [operandChannelsFirst(a), operandChannelsFirst(b)], shape, dtype, {
      channelsFirst: true,
    });
  }
  return record(op, [plain(a), plain(b)], shape, dtype);
}

/** A convolution whose result only gets a bias [C] added takes the bias as its third input. */
function convolutionWithBias(sum: Value, bias: Value): Value | undefined {
  const node = sum.content.kind === 'pending' ? sum.content.node : undefined;
  if (bias.shape.length !== 1 || bias.shape[0] !== sum.shape[3]) return undefined;
  if (node?.op !== 'Conv' || node.inputs.length !== 2) return blockedWithBias(sum, plain(bias));
  const { attributes, inputs } = node;
  return record('Conv', [...inputs, plain(bias)], sum.shape, sum.dtype, { attributes, channelsFirst: true });
}

const isNumeric = (dtype: tf.DataType): dtype is DataType => dtype !== 'complex64' && dtype !== 'string';

export const cast = (x: Value, dtype: DataType): Value => {
  if (x.dtype === dtype) return x;
  const to = { float32: 1, int32: 6, bool: 9 }[dtype];
  return unary('Cast', x, { attributes: { to } }, dtype);
};

export const multiply = (a: Value, b: Value): Value => {
  // Gradients multiply by ones that tfjs makes
  if (fillOf(a) === 1 && a.dtype === b.dtype) return onto(b, a);
  if (fillOf(b) === 1 && a.dtype === b.dtype) return onto(a, b);
  return binary('Mul', a, b);
};
export const add = (a: Value, b: Value): Value => {
  if (fillOf(a) === 0 && a.dtype === b.dtype) return onto(b, a);
  if (fillOf(b) === 0 && a.dtype === b.dtype) return onto(a, b);
  return binary('Add', a, b);
};
/** `x` at the shape it has when broadcast against `other`. */
const onto = (x: Value, other: Value): Value =>
  sameShape(x, other)
    ? x
    : broadcast(x, tf.backend_util.assertAndGetBroadcastShape(x.shape as number[], other.shape as number[]));

/** A scalar of a value's type. */
export const like = (x: Value, value: number): Value => filled(value, [], x.dtype);
export const where = (condition: Value, a: Value, b: Value): Value => {
  const shape = tf.backend_util.assertAndGetBroadcastShape(
    condition.shape as number[],
    tf.backend_util.assertAndGetBroadcastShape(a.shape as number[], b.shape as number[]),
  );
  const parts = [condition, a, b];
  if (shape.length === 4 && parts.some((v) => v.channelsFirst)) {
    return record(
      'Where',
      parts.map((v) => operandChannelsFirst(smallOf(v))),
      shape,
      a.dtype,
      {
        channelsFirst: true,
      },
    );
  }
  return record(
    'Where',
    parts.map((v) => plain(smallOf(v))),
    shape,
    a.dtype,
  );
};
const atShape = (v: Value, shape: readonly number[]): Value => broadcast(v, shape);

export function registerElementwise(): void {
  registerUnary();
  registerBinary();
  registerFills();
}

/** Of one tensor. */
function registerUnary(): void {
  for (const op of [
    'Neg',
    'Log',
    'Sqrt',
    'Reciprocal',
    'Abs',
    'Sin',
    'Cos',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
    'Tanh',
    'Sigmoid',
    'Softplus',
    'Relu',
    'Erf',
    'Floor',
    'Ceil',
  ]) {
    lower(op, ({ inputs: { x } }) => unary(op, x));
  }
  lower('Exp', ({ inputs: { x } }) => unary('Exp', cast(x, 'float32')));
  lower('Round', ({ inputs: { x } }) => (x.dtype === 'float32' ? unary('Round', x) : x));
  // ONNX's Sign of NaN is NaN; tfjs's is 0
  lower('Sign', ({ inputs: { x } }) => {
    const side = (op: string) => cast(binary(op, x, like(x, 0), 'bool'), x.dtype);
    return binary('Sub', side('Greater'), side('Less'));
  });
  lower('Rsqrt', ({ inputs: { x } }) => unary('Reciprocal', unary('Sqrt', x)));
  lower('Square', ({ inputs: { x } }) => multiply(x, x));
  lower('Log1p', ({ inputs: { x } }) => unary('Log', add(x, like(x, 1))));
  lower('Expm1', ({ inputs: { x } }) => binary('Sub', unary('Exp', x), like(x, 1)));
  lower('Relu6', ({ inputs: { x } }) => clip(x, 0, 6));
  lower('Elu', ({ inputs: { x } }) => unary('Elu', x, { attributes: { alpha: { float: 1 } } }));
  lower<{ alpha: number }>('LeakyRelu', ({ inputs: { x }, attrs: { alpha } }) =>
    unary('LeakyRelu', cast(x, 'float32'), { attributes: { alpha: { float: alpha } } }),
  );
  lower('Prelu', ({ inputs: { x: given, alpha } }) => {
    const x = cast(given, 'float32');
    // ONNX's PRelu branches on each number, which is slower (findings/onnxruntime-node-prelu.sh)
    return where(binary('Less', x, like(x, 0), 'bool'), multiply(alpha, x), x);
  });
  lower<{ alpha: number }>('Step', ({ inputs: { x }, attrs: { alpha } }) => {
    const positive = binary('Greater', x, like(x, 0), 'bool');
    // As tfjs: 1 above zero, alpha elsewhere
    return alpha === 0 ? cast(positive, x.dtype) : where(positive, like(x, 1), like(x, alpha));
  });
  lower('IsNan', ({ inputs: { x } }) => unary('IsNaN', x, {}, 'bool'));
  lower('LogicalNot', ({ inputs: { x } }) => unary('Not', x, {}, 'bool'));
  lower<{ clipValueMin: number; clipValueMax: number }>('ClipByValue', ({ inputs: { x }, attrs }) =>
    clip(x, attrs.clipValueMin, attrs.clipValueMax),
  );
  lower<{ dtype: tf.DataType }>('Cast', ({ inputs: { x }, attrs: { dtype } }) =>
    isNumeric(dtype) ? cast(x, dtype) : undefined,
  );
}

/** Of two tensors that are broadcast against each other. */
function registerBinary(): void {
  lower(
    'Add',
    ({ inputs: { a, b }, provider }) =>
      scaledAndShifted(a, b, provider) ?? scaledAndShifted(b, a, provider) ?? add(a, b),
  );
  lower('AddN', ({ inputs }) => Object.values(inputs).reduce(add));
  lower('Multiply', ({ inputs: { a, b } }) => multiply(a, b));
  for (const [kernel, op] of [
    ['Sub', 'Sub'],
    ['RealDiv', 'Div'],
    ['Maximum', 'Max'],
    ['Minimum', 'Min'],
  ]) {
    lower(kernel, ({ inputs: { a, b } }) => binary(op, a, b));
  }
  lower('Pow', ({ inputs: { a, b }, provider }) => {
    if (provider !== 'webgpu') return binary('Pow', a, b);
    // Of one shape, or the provider for WebGPU writes a shader that does not compile.
    const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape as number[], b.shape as number[]);
    return record('Pow', [plain(broadcast(a, shape)), plain(broadcast(b, shape))], shape, a.dtype);
  });
  lower('FloorDiv', ({ inputs: { a, b } }) =>
    cast(unary('Floor', binary('Div', cast(a, 'float32'), cast(b, 'float32'))), a.dtype),
  );
  lower('SquaredDifference', ({ inputs: { a, b } }) => {
    const difference = binary('Sub', a, b);
    return multiply(difference, difference);
  });
  for (const [kernel, op] of [
    ['Greater', 'Greater'],
    ['GreaterEqual', 'GreaterOrEqual'],
    ['Less', 'Less'],
    ['LessEqual', 'LessOrEqual'],
    ['Equal', 'Equal'],
    ['LogicalAnd', 'And'],
    ['LogicalOr', 'Or'],
  ]) {
    lower(kernel, ({ inputs: { a, b } }) => binary(op, a, b, 'bool'));
  }
  lower('NotEqual', ({ inputs: { a, b } }) => unary('Not', binary('Equal', a, b, 'bool')));
  lower('Select', ({ inputs: { condition, t, e } }) => {
    // A condition of rank 1 chooses whole rows
    const rank = t.shape.length;
    const rows = [condition.shape[0] ?? 1, ...Array<number>(Math.max(0, rank - 1)).fill(1)];
    const chosen =
      condition.shape.length === 1 && rank > 1
        ? record('Reshape', [plain(condition), int64s(rows)], rows, 'bool')
        : condition;
    return atShape(where(chosen, t, e), t.shape);
  });
}

/** One number everywhere. */
function registerFills(): void {
  lower<{ shape: number[]; value: number; dtype?: tf.DataType }>('Fill', ({ attrs }) => {
    const { shape, value, dtype = tf.util.inferDtype(value) } = attrs;
    return isNumeric(dtype) ? filled(value, shape, dtype) : undefined;
  });
  lower('ZerosLike', ({ inputs: { x } }) => filled(0, x.shape, x.dtype));
  lower('OnesLike', ({ inputs: { x } }) => filled(1, x.shape, x.dtype));
}

function clip(x: Value, lowest: number, highest: number): Value {
  if (x.content.kind === 'repeated') return broadcast(clip(x.content.small, lowest, highest), x.shape);
  const type = x.dtype === 'int32' ? 'int32' : 'float32';
  return record('Clip', [x, scalarOf(lowest, type), scalarOf(highest, type)], x.shape, x.dtype, {
    channelsFirst: x.channelsFirst,
  });
}

/** One number at a shape, of the type of `x`. */
export const filledAs = (x: Value, value: number, shape: readonly number[]): Value =>
  filled(value, shape, x.dtype);
