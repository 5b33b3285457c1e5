import { UserError } from '@id3/core';
import { OPCODE_NAMES } from './pickle-opcodes.ts';

/** What a pickle of encoded images and flags is made of; lists and tuples both become arrays, bytes are views. */
export type PickleValue = Uint8Array | PickleText | boolean | number | PickleValue[];

/** A unicode string, left as UTF-8: it may be megabytes of an image. */
export class PickleText {
  constructor(readonly utf8: Uint8Array) {}
}

/** A callable that the pickle names; never looked up, only compared. */
class PickleGlobal {
  constructor(readonly name: string) {}
}

/** Opcodes a pickle may hold: `lfw.bin` has some 60 000. */
const MAX_OPCODES = 1 << 23;

/**
 * Reads a pickle of protocol 2 to 5 that holds nothing but lists, tuples, bytes (also Python 2's strings), booleans and
 * small integers. Nothing is ever imported or called: the one callable understood is `_codecs.encode(text, 'latin1')`, as
 * which Python 3 writes bytes in protocol 2, and it is computed here. Every other opcode and callable is refused by
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
  GLOBAL(machine) {
    const callable = `${machine.line()}.${machine.line()}`;
    if (callable !== '_codecs.encode')
      machine.refuse(`asks Python to call ${printable(callable)}, which is never done,`);
    machine.push(new PickleGlobal(callable));
  },
  STACK_GLOBAL(machine) {
    const [module, attribute] = machine.values(2);
    const part = (text: PickleValue) => (text instanceof PickleText ? textOf(text).slice(0, 200) : '?');
    machine.refuse(
      `asks Python to call ${printable(`${part(module)}.${part(attribute)}`)}, which is never done,`,
    );
  },
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
    this.stack.push(this.memo.get(key) ?? this.refuse(`recalls ${key}, which was not stored,`));
  }

  /** Computes the one call that is understood: `_codecs.encode(text, 'latin1')`. */
  reduce(): void {
    const args = this.value();
    const callable = this.pop();
    if (!(callable instanceof PickleGlobal)) return this.refuse('calls something that is no callable');
    const [text, codec] = Array.isArray(args) ? args : [];
    if (!(text instanceof PickleText && codec instanceof PickleText && textOf(codec) === 'latin1'))
      return this.refuse(`calls ${callable.name} with other than a text and "latin1"`);
    // Arguments can be recalled, so few opcodes could encode one text a million times.
    this.encoded += text.utf8.length;
    if (this.encoded > this.input.length) this.refuse('encodes more than it holds');
    this.stack.push(latin1Bytes(text.utf8) ?? this.refuse('encodes a text that is not latin1'));
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

const textOf = ({ utf8 }: PickleText): string => Buffer.from(utf8).toString('utf8');
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
