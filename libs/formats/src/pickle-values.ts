/** What a pickle of encoded images and flags is made of; lists and tuples both become arrays, bytes are views. */
export type PickleValue =
  Uint8Array | PickleText | NumpyArray | NumpyType | NumpyClass | boolean | number | null | PickleValue[];

/** A unicode string, left as UTF-8: it may be megabytes of an image. */
export class PickleText {
  constructor(readonly utf8: Uint8Array) {}
}
export const textOf = (value: PickleValue): string | undefined =>
  value instanceof PickleText ? Buffer.from(value.utf8).toString('utf8') : undefined;

/** NumPy's `ndarray`, which names what `_reconstruct` makes. */
export class NumpyClass {}

/** The types of one byte that are read, by NumPy's names. */
export class NumpyType {
  constructor(readonly name: 'u1' | 'b1') {}
}

/** An array of one dimension; pickled empty first and filled then. */
export class NumpyArray {
  type: NumpyType | undefined;
  bytes: Uint8Array = new Uint8Array(0);
}
