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
 * name. Memory stays within a small multiple of the input: bytes are views of it, at most {@link MAX_OPCODES} are followed, and
 * what `encode` makes of it may not exceed its length. (Format: CPython's `Lib/pickletools.py`.)
 *
 * @param name what error messages call the input
 * @throws UserError at the first opcode that is refused or broken
 */
export function parsePickle(input: Uint8Array, name: string): PickleValue {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const stack: (PickleValue | PickleGlobal)[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue | PickleGlobal>();
  let at = 0;
  let opcodeAt = 0;
  let encoded = 0;

  const refuse = (what: string): never => {
    throw new UserError(
      `${name} ${what} at byte ${opcodeAt}; it must be a pickle of encoded images and flags (protocol 2 to 5) as InsightFace writes it: get the file again.`,
    );
  };
  const take = (length: number): number => {
    const from = at;
    if (length > input.length - from)
      refuse(`is truncated: ${length} bytes are announced where ${input.length - from} follow,`);
    at += length;
    return from;
  };
  const u8 = () => input[take(1)];
  const u32 = () => view.getUint32(take(4), true);
  const bytes = (length: number) => {
    const from = take(length);
    return input.subarray(from, from + length);
  };
  const length64 = () => {
    const value = view.getBigUint64(take(8), true);
    return value > BigInt(input.length) ? input.length + 1 : Number(value);
  };
  const pop = (): PickleValue | PickleGlobal => {
    if (stack.length <= (marks.at(-1) ?? 0)) refuse('takes a value from an empty stack');
    return stack.pop()!;
  };
  const value = (): PickleValue => {
    const top = pop();
    return top instanceof PickleGlobal ? refuse(`uses ${top.name} as a value`) : top;
  };
  const values = (count: number): PickleValue[] => {
    const popped = Array.from({ length: count }, value);
    return popped.reverse();
  };
  const sinceMark = (): PickleValue[] => {
    const mark = marks.at(-1) ?? refuse('ends a group that was not begun');
    const group = values(stack.length - mark);
    marks.pop();
    return group;
  };
  const list = (): PickleValue[] => {
    const top = stack.at(-1);
    return Array.isArray(top) && stack.length > (marks.at(-1) ?? 0)
      ? top
      : refuse('appends to something that is no list');
  };
  const remember = (key: number) => {
    const top = pop();
    memo.set(key, top);
    stack.push(top);
  };
  const recall = (key: number) =>
    stack.push(memo.get(key) ?? refuse(`recalls ${key}, which was not stored,`));
  const line = (): string => {
    const end = input.indexOf(0x0a, at);
    if (end < 0 || end - at > 200) refuse('names a callable without end');
    const from = take(end + 1 - at);
    return Buffer.from(input.subarray(from, end)).toString('latin1');
  };
  const reduce = () => {
    const args = value();
    const callable = pop();
    if (!(callable instanceof PickleGlobal)) return refuse('calls something that is no callable');
    const [text, codec] = Array.isArray(args) ? args : [];
    if (!(text instanceof PickleText && codec instanceof PickleText && textOf(codec) === 'latin1'))
      return refuse(`calls ${callable.name} with other than a text and "latin1"`);
    // Arguments can be recalled, so few opcodes could encode one text a million times.
    encoded += text.utf8.length;
    if (encoded > input.length) refuse('encodes more than it holds');
    stack.push(latin1Bytes(text.utf8) ?? refuse('encodes a text that is not latin1'));
  };

  if (input.length === 0)
    throw new UserError(
      `${name} is empty; it must be a pickle of encoded images and flags: get the file again.`,
    );
  if (input[0] !== 0x80) refuse('does not begin as a pickle of protocol 2 or newer does (byte 0x80)');
  for (let count = 0; count < MAX_OPCODES; count++) {
    opcodeAt = at;
    const opcode = u8();
    switch (OPCODE_NAMES[opcode]) {
      case 'PROTO': {
        const protocol = u8();
        if (protocol < 2 || protocol > 5) refuse(`is of pickle protocol ${protocol}`);
        break;
      }
      case 'FRAME':
        // A frame is a hint for readers of streams; what it holds is read as if it were not there.
        if (length64() > input.length - at) refuse('is truncated: it ends within the frame');
        break;
      case 'STOP': {
        if (stack.length !== 1 || marks.length > 0) refuse('ends with an unfinished value');
        if (at < input.length) refuse(`has ${input.length - at} bytes after the end of the pickle`);
        return value();
      }
      case 'MARK':
        marks.push(stack.length);
        break;
      case 'EMPTY_LIST':
      case 'EMPTY_TUPLE':
        stack.push([]);
        break;
      case 'APPEND': {
        const item = value();
        list().push(item);
        break;
      }
      case 'APPENDS': {
        const items = sinceMark();
        const target = list();
        for (const item of items) target.push(item);
        break;
      }
      case 'TUPLE':
        stack.push(sinceMark());
        break;
      case 'TUPLE1':
      case 'TUPLE2':
      case 'TUPLE3':
        stack.push(values(opcode - 0x84));
        break;
      case 'BINPUT':
        remember(u8());
        break;
      case 'LONG_BINPUT':
        remember(u32());
        break;
      case 'MEMOIZE':
        remember(memo.size);
        break;
      case 'BINGET':
        recall(u8());
        break;
      case 'LONG_BINGET':
        recall(u32());
        break;
      case 'SHORT_BINSTRING':
      case 'SHORT_BINBYTES':
        stack.push(bytes(u8()));
        break;
      case 'BINSTRING':
      case 'BINBYTES':
        stack.push(bytes(u32()));
        break;
      case 'BINBYTES8':
        stack.push(bytes(length64()));
        break;
      case 'BINUNICODE':
        stack.push(new PickleText(bytes(u32())));
        break;
      case 'SHORT_BINUNICODE':
        stack.push(new PickleText(bytes(u8())));
        break;
      case 'NEWTRUE':
      case 'NEWFALSE':
        stack.push(opcode === 0x88);
        break;
      case 'BININT1':
        stack.push(u8());
        break;
      case 'GLOBAL': {
        const callable = `${line()}.${line()}`;
        if (callable !== '_codecs.encode')
          refuse(`asks Python to call ${printable(callable)}, which is never done,`);
        stack.push(new PickleGlobal(callable));
        break;
      }
      case 'STACK_GLOBAL': {
        const [module, attribute] = values(2);
        const part = (text: PickleValue) => (text instanceof PickleText ? textOf(text).slice(0, 200) : '?');
        refuse(
          `asks Python to call ${printable(`${part(module)}.${part(attribute)}`)}, which is never done,`,
        );
        break;
      }
      case 'REDUCE':
        reduce();
        break;
      default: {
        const hex = `0x${opcode.toString(16).padStart(2, '0')}`;
        refuse(`has the pickle opcode ${OPCODE_NAMES[opcode] ?? hex}, which is not read,`);
      }
    }
  }
  return refuse(`has more than ${MAX_OPCODES} pickle opcodes: stopped`);
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
