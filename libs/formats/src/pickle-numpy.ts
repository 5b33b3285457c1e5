import { NumpyArray, NumpyClass, NumpyType, textOf, type PickleValue } from './pickle-values.ts';

/**
 * What NumPy's own pickling calls, computed here without NumPy: a fixed grammar of arrays of one dimension and scalars, of uint8 and bool. Debian's
 * python3-numpy 1 names the module `numpy.core`, NumPy 2 `numpy._core`. (NumPy: `ndarray.__reduce__`, `__reduce_ex__` of protocol 5.)
 *
 * A function gives undefined where its arguments are others than NumPy writes.
 */
export const NUMPY_CALLS: Readonly<
  Record<string, (args: readonly PickleValue[]) => PickleValue | undefined>
> = Object.fromEntries(
  ['numpy.core', 'numpy._core'].flatMap((core) => [
    [`${core}.multiarray._reconstruct`, reconstruct],
    [`${core}.multiarray.scalar`, scalar],
    [`${core}.numeric._frombuffer`, fromBuffer],
    ['numpy.dtype', typeOf],
  ]),
);
export const NUMPY_CLASS = 'numpy.ndarray';

function typeOf([name, , ...rest]: readonly PickleValue[]): NumpyType | undefined {
  const text = textOf(name);
  return rest.length === 1 && (text === 'u1' || text === 'b1') ? new NumpyType(text) : undefined;
}

function reconstruct([made]: readonly PickleValue[]): NumpyArray | undefined {
  return made instanceof NumpyClass ? new NumpyArray() : undefined;
}

function scalar([type, bytes]: readonly PickleValue[]): number | boolean | undefined {
  if (!(type instanceof NumpyType && bytes instanceof Uint8Array && bytes.length === 1)) return undefined;
  return type.name === 'u1' ? bytes[0] : bytes[0] !== 0;
}

function fromBuffer([bytes, type, shape]: readonly PickleValue[]): NumpyArray | undefined {
  const array = new NumpyArray();
  return filled(array, { shape, type, bytes }) ? array : undefined;
}

/** Does what the opcode BUILD asks for; false where it is not as NumPy writes it. */
export function build(target: PickleValue, state: PickleValue): boolean {
  if (!Array.isArray(state)) return false;
  if (target instanceof NumpyType) return isOfPlainBytes(state);
  if (!(target instanceof NumpyArray) || target.type !== undefined || state.length !== 5) return false;
  const [, shape, type, , bytes] = state;
  return filled(target, { shape, type, bytes });
}

/** What follows version and byte order in a type's state: three for structures, size and alignment where they vary, flags. Some flags have elements read otherwise. */
const PLAIN = [null, null, null, -1, -1, 0];
const isOfPlainBytes = ([, order, ...rest]: readonly PickleValue[]): boolean =>
  textOf(order) === '|' && rest.length === PLAIN.length && PLAIN.every((value, i) => rest[i] === value);

function filled(
  array: NumpyArray,
  { shape, type, bytes }: { shape: PickleValue; type: PickleValue; bytes: PickleValue },
): boolean {
  if (!(type instanceof NumpyType && bytes instanceof Uint8Array)) return false;
  if (!Array.isArray(shape) || shape.length !== 1 || shape[0] !== bytes.length) return false;
  array.type = type;
  array.bytes = bytes;
  return true;
}
