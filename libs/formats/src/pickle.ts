import { UserError } from '@id3/core';
import { NUMPY_CALLS, NUMPY_CLASS, build } from './pickle-numpy.ts';
import { OPCODE_NAMES } from './pickle-opcodes.ts';
import { NumpyClass, PickleText, textOf, type PickleValue } from './pickle-values.ts';

/** A callable that the pickle names; never looked up, only compared. */
class PickleGlobal {
  constructor(readonly name: string) {}
}

const ENCODE = '_codecs.encode';

/** Opcodes a pickle may hold: `lfw.bin` has some 60 000. */
const MAX_OPCODES = 1 << 23;

/**
 * Reads a pickle of protocol 2 to 5 that holds nothing but lists, tuples, bytes (also Python 2's strings), booleans,
 * integers, and NumPy's arrays and scalars of bytes and bools. Nothing is ever imported or called: the callables understood are `_codecs.encode(text,
 * 'latin1')`, as which Python 3 writes bytes in protocol 2, and those of pickle-numpy.ts, and they are computed here. Every other opcode and callable is refused by
 * name. Memory stays within a small multiple of the input: bytes are views of it, at most 2²³ opcodes are followed, and
 * what `encode` makes of it may not exceed its length. (Format: CPython's `Lib/pickletools.py`.)
 *
 * @param name what error messages call the input
 * @throws UserError at the first opcode that is refused or broken
 */
export function parsePickle(input: Uint8Array, name: string): PickleValue {
  if (input.length === 0)
    throw new UserError(
      `${name} is empty; it must be a pickle of encoded images and flags: get the file again.`,
    );
  const machine = new PickleMachine(input, name);
  if (input[0] !== 0x80) machine.refuse('does not begin as a pickle of protocol 2 or newer does (byte 0x80)');
  for (let count = 0; count < MAX_OPCODES; count++) {
    const opcode = machine.next();
    if (OPCODE_NAMES[opcode] === 'STOP') return machine.result();
    const follow = FOLLOW[OPCODE_NAMES[opcode]];
    if (follow === undefined) {
      const hex = `0x${opcode.toString(16).padStart(2, '0')}`;
      machine.refuse(`has the pickle opcode ${OPCODE_NAMES[opcode] ?? hex}, which is not read,`);
    }
    follow(machine, opcode);
  }
  return machine.refuse(`has more than ${MAX_OPCODES} pickle opcodes: stopped`);
}

/** What each opcode does; `STOP` ends the reading. */
const FOLLOW: Readonly<Record<string, (machine: PickleMachine, opcode: number) => void>> = {
  PROTO(machine) {
    const protocol = machine.u8();
    if (protocol < 2 || protocol > 5) machine.refuse(`is of pickle protocol ${protocol}`);
  },
  // A frame is a hint for readers of streams; what it holds is read as if it were not there.
  FRAME(machine) {
    if (machine.length64() > machine.left) machine.refuse('is truncated: it ends within the frame');
  },
  MARK: (machine) => machine.mark(),
  EMPTY_LIST: (machine) => machine.push([]),
  EMPTY_TUPLE: (machine) => machine.push([]),
  APPEND(machine) {
    const item = machine.value();
    machine.list().push(item);
  },
  APPENDS(machine) {
    const items = machine.sinceMark();
    const target = machine.list();
    for (const item of items) target.push(item);
  },
  TUPLE: (machine) => machine.push(machine.sinceMark()),
  TUPLE1: (machine) => machine.push(machine.values(1)),
  TUPLE2: (machine) => machine.push(machine.values(2)),
  TUPLE3: (machine) => machine.push(machine.values(3)),
  BINPUT: (machine) => machine.remember(machine.u8()),
  LONG_BINPUT: (machine) => machine.remember(machine.u32()),
  MEMOIZE: (machine) => machine.remember(),
  BINGET: (machine) => machine.recall(machine.u8()),
  LONG_BINGET: (machine) => machine.recall(machine.u32()),
  SHORT_BINSTRING: (machine) => machine.push(machine.bytes(machine.u8())),
  SHORT_BINBYTES: (machine) => machine.push(machine.bytes(machine.u8())),
  BINSTRING: (machine) => machine.push(machine.bytes(machine.u32())),
  BINBYTES: (machine) => machine.push(machine.bytes(machine.u32())),
  BINBYTES8: (machine) => machine.push(machine.bytes(machine.length64())),
  BINUNICODE: (machine) => machine.push(new PickleText(machine.bytes(machine.u32()))),
  SHORT_BINUNICODE: (machine) => machine.push(new PickleText(machine.bytes(machine.u8()))),
  NEWTRUE: (machine) => machine.push(true),
  NEWFALSE: (machine) => machine.push(false),
  BININT1: (machine) => machine.push(machine.u8()),
  BININT: (machine) => machine.push(machine.i32()),
  BININT2: (machine) => machine.push(machine.u16()),
  NONE: (machine) => machine.push(null),
  BYTEARRAY8: (machine) => machine.push(machine.bytes(machine.length64())),
  GLOBAL: (machine) => machine.global(`${machine.line()}.${machine.line()}`),
  STACK_GLOBAL(machine) {
    const [module, attribute] = machine.values(2).map((part) => textOf(part)?.slice(0, 200) ?? '?');
    machine.global(`${module}.${attribute}`);
  },
  BUILD: (machine) => machine.build(),
  REDUCE: (machine) => machine.reduce(),
};

/** Reads a pickle's bytes and keeps its stack and its memo. Every method refuses what it cannot do. */
class PickleMachine {
  private readonly view: DataView;
  private readonly stack: (PickleValue | PickleGlobal)[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue | PickleGlobal>();
  private at = 0;
  private opcodeAt = 0;
  private encoded = 0;

  constructor(
    private readonly input: Uint8Array,
    private readonly name: string,
  ) {
    this.view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  }

  /** Bytes that follow. */
  get left(): number {
    return this.input.length - this.at;
  }

  /** The next opcode. */
  next(): number {
    this.opcodeAt = this.at;
    return this.u8();
  }

  refuse(what: string): never {
    throw new UserError(
      `${this.name} ${what} at byte ${this.opcodeAt}; it must be a pickle of encoded images and flags (protocol 2 to 5) as InsightFace writes it: get the file again.`,
    );
  }

  /** The one value that is left, at the pickle's end. */
  result(): PickleValue {
    if (this.stack.length !== 1 || this.marks.length > 0) this.refuse('ends with an unfinished value');
    if (this.left > 0) this.refuse(`has ${this.left} bytes after the end of the pickle`);
    return this.value();
  }

  u8(): number {
    return this.input[this.take(1)];
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  length64(): number {
    const value = this.view.getBigUint64(this.take(8), true);
    return value > BigInt(this.input.length) ? this.input.length + 1 : Number(value);
  }

  bytes(length: number): Uint8Array {
    const from = this.take(length);
    return this.input.subarray(from, from + length);
  }

  /** A line of latin1, of at most 200 characters. */
  line(): string {
    const end = this.input.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at > 200) this.refuse('names a callable without end');
    const from = this.take(end + 1 - this.at);
    return Buffer.from(this.input.subarray(from, end)).toString('latin1');
  }

  push(value: PickleValue | PickleGlobal): void {
    this.stack.push(value);
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  value(): PickleValue {
    const top = this.pop();
    return top instanceof PickleGlobal ? this.refuse(`uses ${top.name} as a value`) : top;
  }

  values(count: number): PickleValue[] {
    const popped = Array.from({ length: count }, () => this.value());
    return popped.reverse();
  }

  /** What was pushed since the last mark. */
  sinceMark(): PickleValue[] {
    const mark = this.marks.at(-1) ?? this.refuse('ends a group that was not begun');
    const group = this.values(this.stack.length - mark);
    this.marks.pop();
    return group;
  }

  /** The list on top of the stack. */
  list(): PickleValue[] {
    const top = this.stack.at(-1);
    return Array.isArray(top) && this.stack.length > (this.marks.at(-1) ?? 0)
      ? top
      : this.refuse('appends to something that is no list');
  }

  remember(key = this.memo.size): void {
    const top = this.pop();
    this.memo.set(key, top);
    this.stack.push(top);
  }

  recall(key: number): void {
    const value = this.memo.get(key);
    this.stack.push(value === undefined ? this.refuse(`recalls ${key}, which was not stored,`) : value);
  }

  /** Pushes a callable that is understood, by its name. */
  global(name: string): void {
    if (name === NUMPY_CLASS) this.push(new NumpyClass());
    else if (name === ENCODE || Object.hasOwn(NUMPY_CALLS, name)) this.push(new PickleGlobal(name));
    else this.refuse(`asks Python to call ${printable(name)}, which is never done,`);
  }

  /** Computes the call of a callable that is understood. */
  reduce(): void {
    const args = this.value();
    const callable = this.pop();
    if (!(callable instanceof PickleGlobal)) return this.refuse('calls something that is no callable');
    const given = Array.isArray(args) ? args : [];
    if (callable.name === ENCODE) return this.push(this.encode(given));
    const result = NUMPY_CALLS[callable.name](given);
    this.push(
      result ??
        this.refuse(`calls ${callable.name} with other than a row of bytes or bools, which is not read,`),
    );
  }

  /** Completes the value below the top by the one on top. */
  build(): void {
    const state = this.value();
    const target = this.value();
    if (!build(target, state)) this.refuse('builds something that is no row of bytes or bools of NumPy');
    this.push(target);
  }

  /** `_codecs.encode(text, 'latin1')`. */
  private encode([text, codec]: readonly PickleValue[]): Uint8Array {
    if (!(text instanceof PickleText && textOf(codec) === 'latin1'))
      return this.refuse(`calls ${ENCODE} with other than a text and "latin1"`);
    // Arguments can be recalled, so few opcodes could encode one text a million times.
    this.encoded += text.utf8.length;
    if (this.encoded > this.input.length) this.refuse('encodes more than it holds');
    return latin1Bytes(text.utf8) ?? this.refuse('encodes a text that is not latin1');
  }

  private take(length: number): number {
    const from = this.at;
    if (length > this.left)
      this.refuse(`is truncated: ${length} bytes are announced where ${this.left} follow,`);
    this.at += length;
    return from;
  }

  private pop(): PickleValue | PickleGlobal {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) this.refuse('takes a value from an empty stack');
    return this.stack.pop()!;
  }
}

/** For error messages: control characters of a hostile file do not reach the terminal. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

/** Each character of a UTF-8 text as the byte of its number; undefined where one is beyond U+00FF or broken. */
function latin1Bytes(utf8: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(utf8.length);
  let length = 0;
  for (let i = 0; i < utf8.length; i++) {
    const byte = utf8[i];
    if (byte < 0x80) out[length++] = byte;
    else if ((byte === 0xc2 || byte === 0xc3) && (utf8[i + 1] & 0xc0) === 0x80)
      out[length++] = ((byte & 3) << 6) | (utf8[++i] & 0x3f);
    else return undefined;
  }
  return out.subarray(0, length);
}
