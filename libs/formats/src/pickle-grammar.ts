import type { Rng } from '@id3/core';

/** A pickle of a verification set and what must be read from it. */
export interface GeneratedPickle {
  readonly bytes: Buffer;
  readonly images: readonly Buffer[];
  readonly same: readonly boolean[];
}

/**
 * A verification set written in one of the many ways that the grammar of pickles of protocol 2 to 5 has: every form of bytes, flags,
 * numbers, tuples and lists that Python 2, Python 3 and NumPy use, values recalled from the memo where they come again, in a frame or not.
 */
export function generatePickle(rng: Rng): GeneratedPickle {
  const contents = Array.from({ length: 1 + rng.int(4) }, () => bytesOf(rng));
  const same = Array.from({ length: 1 + rng.int(5) }, () => rng.chance(0.5));
  const images = Array.from({ length: 2 * same.length }, () => rng.int(contents.length));
  const writer = new PickleWriter(rng);
  writer.tuple([
    () => writer.list(images.map((k) => () => writer.once(`image ${k}`, () => writer.image(contents[k])))),
    () => writer.flags(same),
  ]);
  return { bytes: writer.end(), images: images.map((k) => contents[k]), same };
}

const bytesOf = (rng: Rng): Buffer =>
  Buffer.from(Array.from({ length: rng.pick([1, 2, 30, 255, 256, 300]) }, () => rng.int(256)));

type Write = () => void;

/** Writes values one after the other, each in a form that is drawn. */
class PickleWriter {
  private readonly chunks: Buffer[] = [];
  private readonly memo = new Map<string, number>();
  private readonly core: string;

  constructor(private readonly rng: Rng) {
    this.core = rng.pick(['numpy.core', 'numpy._core']);
  }

  /** The whole pickle. */
  end(): Buffer {
    this.put('.');
    const body = Buffer.concat(this.chunks);
    const frame = this.rng.chance(0.3) ? [Buffer.from([0x95]), number64(body.length)] : [];
    return Buffer.concat([Buffer.from([0x80, 2 + this.rng.int(4)]), ...frame, body]);
  }

  /** A value that may come again: then, by chance, recalled. */
  once(name: string, write: Write): void {
    const key = this.memo.get(name);
    if (key !== undefined && this.rng.chance(0.7)) return this.keyed('h', 'j', key);
    write();
    if (this.rng.chance(0.3)) return;
    // As many as the memo holds is the key that MEMOIZE gives.
    const next = this.memo.size;
    if (key !== undefined) this.keyed('q', 'r', key);
    else if (this.rng.chance(0.5)) this.put('\x94');
    else this.keyed('q', 'r', next);
    this.memo.set(name, key ?? next);
  }

  tuple(items: readonly Write[]): void {
    const short = [')', '\x85', '\x86', '\x87'];
    const isShort = items.length < short.length && this.rng.chance(0.7);
    if (!isShort) this.put('(');
    for (const item of items) item();
    this.put(isShort ? short[items.length] : 't');
  }

  list(items: readonly Write[]): void {
    this.put(']');
    for (let at = 0; at < items.length;) {
      const group = this.rng.chance(0.3) ? 1 : 1 + this.rng.int(items.length - at);
      const isOne = group === 1 && this.rng.chance(0.5);
      if (!isOne) this.put('(');
      for (const item of items.slice(at, at + group)) item();
      this.put(isOne ? 'a' : 'e');
      at += group;
    }
  }

  image(content: Buffer): void {
    const { rng } = this;
    rng.pick([
      () => this.plain(content),
      () => this.plain(content),
      () => this.put('\x96', number64(content.length), content),
      () => this.encoded(content),
      () => this.array(content, 'u1'),
    ])();
  }

  flags(same: readonly boolean[]): void {
    const { rng } = this;
    const bytes = Buffer.from(same.map(Number));
    const each = (write: (flag: boolean) => void) => this.list(same.map((flag) => () => write(flag)));
    rng.pick([
      () => each((flag) => this.put(flag ? '\x88' : '\x89')),
      () => each((flag) => this.integer(Number(flag))),
      () => each((flag) => this.scalar(flag, rng.pick(['b1', 'u1']))),
      () => this.array(bytes, rng.pick(['b1', 'u1'])),
    ])();
  }

  private put(...parts: readonly (string | Buffer)[]): void {
    for (const part of parts) this.chunks.push(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  }

  private keyed(short: string, long: string, key: number): void {
    if (key < 256 && this.rng.chance(0.8)) this.put(short, Buffer.from([key]));
    else this.put(long, number32(key));
  }

  private integer(value: number): void {
    const forms = [
      'J',
      ...(value >= 0 && value < 2 ** 16 ? ['M'] : []),
      ...(value >= 0 && value < 256 ? ['K'] : []),
    ];
    const form = this.rng.pick(forms);
    this.put(form, number32(value).subarray(0, { J: 4, M: 2, K: 1 }[form]));
  }

  private text(text: string): void {
    const utf8 = Buffer.from(text, 'utf8');
    if (utf8.length < 256 && this.rng.chance(0.5)) this.put('\x8c', Buffer.from([utf8.length]), utf8);
    else this.put('X', number32(utf8.length), utf8);
  }

  private plain(content: Buffer): void {
    const form = this.rng.pick([...'BT\x8e', ...(content.length < 256 ? 'CU' : '')]);
    const length = number64(content.length).subarray(
      0,
      form === '\x8e' ? 8 : form === 'B' || form === 'T' ? 4 : 1,
    );
    this.put(form, length, content);
  }

  private callable(module: string, name: string): void {
    this.once(`${module}.${name}`, () => {
      if (this.rng.chance(0.5)) return this.put(`c${module}\n${name}\n`);
      this.once(`text ${module}`, () => this.text(module));
      this.once(`text ${name}`, () => this.text(name));
      this.put('\x93');
    });
  }

  /** A call, and what completes its result. */
  private call(module: string, name: string, args: readonly Write[], state?: readonly Write[]): void {
    this.callable(module, name);
    this.tuple(args);
    this.put('R');
    if (state === undefined) return;
    this.tuple(state);
    this.put('b');
  }

  private encoded(content: Buffer): void {
    const latin1 = () => this.once('text latin1', () => this.text('latin1'));
    this.call('_codecs', 'encode', [() => this.text(content.toString('latin1')), latin1]);
  }

  private type(name: string): void {
    const [none, minusOne] = [() => this.put('N'), () => this.put('J\xff\xff\xff\xff')];
    this.once(`type ${name}`, () =>
      this.call(
        'numpy',
        'dtype',
        [() => this.text(name), () => this.put('\x89'), () => this.put('\x88')],
        [
          () => this.integer(3),
          () => this.text('|'),
          none,
          none,
          none,
          minusOne,
          minusOne,
          () => this.integer(0),
        ],
      ),
    );
  }

  private scalar(flag: boolean, type: string): void {
    const byte = () => this.plain(Buffer.from([Number(flag)]));
    this.call(`${this.core}.multiarray`, 'scalar', [() => this.type(type), byte]);
  }

  private array(content: Buffer, type: string): void {
    const shape = () => this.tuple([() => this.integer(content.length)]);
    const [isType, bytes] = [() => this.type(type), () => this.plain(content)];
    if (this.rng.chance(0.3))
      return this.call(`${this.core}.numeric`, '_frombuffer', [bytes, isType, shape, () => this.text('C')]);
    const empty = [
      () => this.callable('numpy', 'ndarray'),
      () => this.tuple([() => this.integer(0)]),
      () => this.plain(Buffer.from('b')),
    ];
    const state = [() => this.integer(1), shape, isType, () => this.put('\x89'), bytes];
    this.call(`${this.core}.multiarray`, '_reconstruct', empty, state);
  }
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
function number64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
