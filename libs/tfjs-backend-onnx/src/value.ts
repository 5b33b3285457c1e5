import type { Attribute, ElementType } from './onnx-proto.ts';

export type DataType = 'float32' | 'int32' | 'bool';
export type Data = Float32Array | Int32Array | Uint8Array;

/** A small constant input of a node, such as the axes of a reduction; part of the graph's signature. */
export interface Constant {
  type: ElementType;
  shape: readonly number[];
  values: readonly number[];
}

/** An operation that was recorded and not yet run. */
export interface Node {
  /** Operator, domain, attributes and constants as text: equal keys are equal operations. */
  key: string;
  op: string;
  domain: string;
  attributes: Record<string, Attribute>;
  inputs: readonly (Value | Constant)[];
}

/** Numbers that are there. */
export interface Concrete {
  readonly kind: 'concrete';
  readonly data: Data;
  /** Of data that the host wrote: its number, which is the same for values that share it under several shapes. */
  readonly source?: number;
}

/** An operation will make the numbers. */
export interface Pending {
  readonly kind: 'pending';
  readonly node: Node;
  /** The one number of a host-known constant, such as a zero or one fill. */
  readonly fill?: number;
}

/** A value is to be repeated up to the shape. Consumers that broadcast by themselves use `small`, so most are never expanded. */
export interface Repeated {
  readonly kind: 'repeated';
  readonly small: Value;
}

/** A tensor as the graph sees it. */
export interface Value {
  /** Order of creation. */
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Becomes concrete when it is computed. */
  content: Concrete | Pending | Repeated;
  /** Whether a pending value of shape [B,H,W,C] is computed as [B,C,H,W]. */
  channelsFirst: boolean;
  /** The same tensor in the other layout, once something asked for it. */
  otherLayout?: Value;
}

/** A value's numbers, where they are there. */
export const dataOf = ({ content }: Value): Data | undefined =>
  content.kind === 'concrete' ? content.data : undefined;

/** The operation that makes a pending value. Throws for any other. */
export function nodeOf({ content }: Value): Node {
  if (content.kind !== 'pending') throw new Error(`a ${content.kind} value has no node`);
  return content.node;
}

/** What a value repeats, or the value itself. */
export const smallOf = (v: Value): Value => (v.content.kind === 'repeated' ? v.content.small : v);

/** The one number of a host-known constant, repeated or not. */
export function fillOf(v: Value): number | undefined {
  const { content } = smallOf(v);
  return content.kind === 'pending' ? content.fill : undefined;
}

let nextId = 0;

/** Whether two shapes are one. */
export const isShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, axis) => n === b[axis]);

export const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
export const isConstant = (x: Value | Constant): x is Constant => 'values' in x;

/** A value that is known on the host. */
export function concrete(data: Data, shape: readonly number[], dtype: DataType): Value {
  const id = nextId++;
  return { id, shape, dtype, content: { kind: 'concrete', data, source: id }, channelsFirst: false };
}

/** A value that a graph computed, or that shares the data of a concrete one under another shape. */
export const computed = (
  { dtype, ...content }: { data: Data; dtype: DataType; source?: number },
  shape: readonly number[],
): Value => ({ id: nextId++, shape, dtype, content: { kind: 'concrete', ...content }, channelsFirst: false });

export const int64s = (values: readonly number[]): Constant => ({
  type: 'int64',
  shape: [values.length],
  values,
});
export const scalarOf = (value: number, type: ElementType = 'float32'): Constant => ({
  type,
  shape: [],
  values: [value],
});

export interface NodeOptions {
  attributes?: Record<string, Attribute>;
  domain?: string;
  channelsFirst?: boolean;
  fill?: number;
}

/** Records an operation; `shape` is the logical shape of its result. */
export function record(
  op: string,
  inputs: readonly (Value | Constant)[],
  shape: readonly number[],
  dtype: DataType,
  { attributes = {}, domain = '', channelsFirst = false, fill }: NodeOptions = {},
): Value {
  let key = domain === '' ? op : `${domain}.${op}`;
  for (const name in attributes) key += `;${name}=${attributeKey(attributes[name])}`;
  for (const input of inputs) if (isConstant(input)) key += `;${input.type}[${input.shape}]=${input.values}`;
  const node = { key, op, domain, attributes, inputs };
  return { id: nextId++, shape, dtype, channelsFirst, content: { kind: 'pending', node, fill } };
}

const attributeKey = (a: Attribute): string =>
  typeof a === 'object' && 'float' in a ? `f${a.float}` : String(a as number | string | readonly number[]);

/** A value of one number everywhere, known while recording. */
export function filled(fill: number, shape: readonly number[], dtype: DataType): Value {
  const type = dtype === 'bool' ? 'bool' : dtype;
  const scalar = record('Identity', [scalarOf(fill, type)], [], dtype, { fill });
  return shape.length === 0 ? scalar : broadcast(scalar, shape);
}

/** Repeats a value up to a shape when, and only when, something needs it at that size. */
export function broadcast(value: Value, shape: readonly number[]): Value {
  const small = smallOf(value);
  if (isShape(small.shape, shape)) return small;
  const content = { kind: 'repeated', small } as const;
  return { id: nextId++, shape, dtype: value.dtype, content, channelsFirst: false };
}

/** The position of a logical axis of [B,H,W,C] in [B,C,H,W]. */
export const CHANNELS_FIRST_AXIS = [0, 2, 3, 1] as const;
export const toChannelsFirst = (shape: readonly number[]): number[] => [
  shape[0],
  shape[3],
  shape[1],
  shape[2],
];

/** The shape in which a value is computed. */
export const physicalShape = (v: Value): readonly number[] =>
  v.channelsFirst ? toChannelsFirst(v.shape) : v.shape;

/** A value whose elements are all there in the logical layout: not broadcast, not channels first. */
export function plain(v: Value): Value {
  if (v.content.kind === 'repeated') {
    // Expanded at most once
    v.otherLayout ??= expand(plain(v.content.small), v.shape);
    return v.otherLayout;
  }
  if (!v.channelsFirst) return v;
  v.otherLayout ??= movesNothing(v.shape)
    ? record('Reshape', [v, int64s(v.shape)], v.shape, v.dtype)
    : record('Transpose', [v], v.shape, v.dtype, { attributes: { perm: [0, 2, 3, 1] } });
  return v.otherLayout;
}

function expand(v: Value, shape: readonly number[]): Value {
  return record('Expand', [v, int64s(shape)], shape, v.dtype);
}

/** A rank-4 value computed as [B,C,H,W]. */
export function channelsFirst(v: Value): Value {
  if (v.channelsFirst) return v;
  const p = plain(v);
  if (p.channelsFirst) return p;
  p.otherLayout ??= movesNothing(p.shape)
    ? record('Reshape', [p, int64s(toChannelsFirst(p.shape))], p.shape, p.dtype, { channelsFirst: true })
    : record('Transpose', [p], p.shape, p.dtype, { attributes: { perm: [0, 3, 1, 2] }, channelsFirst: true });
  return p.otherLayout;
}

/** Whether moving the channels leaves the order of the elements as it is. */
const movesNothing = ([, height, width, channels]: readonly number[]): boolean =>
  channels === 1 || (height === 1 && width === 1);
