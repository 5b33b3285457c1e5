/**
 * The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), as far as it is written here. A field is its
 * number and wire type, then its value; a message is its fields one after another. A field that has its default, 0 or '', may be
 * left out.
 */
const [VARINT, FIXED64, LENGTH_DELIMITED, FIXED32] = [0, 1, 2, 5];

const key = (field: number, wireType: number): Uint8Array => base128(BigInt((field << 3) | wireType));

/** Seven bits a byte, the lowest first; all bytes but the last have the upper bit. */
function base128(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** A message of these fields. */
export const message = (...fields: readonly Uint8Array[]): Buffer => Buffer.concat(fields);

/** An int32, int64, bool or enum. */
export const integer = (field: number, value: number): Uint8Array =>
  message(key(field, VARINT), base128(BigInt(value)));

export function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return message(key(field, FIXED32), bytes);
}

export function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return message(key(field, FIXED64), bytes);
}

/** Bytes, a text or a message. */
export function delimited(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return message(key(field, LENGTH_DELIMITED), base128(BigInt(bytes.length)), bytes);
}
