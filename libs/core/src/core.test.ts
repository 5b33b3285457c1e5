import { existsSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FileWriter,
  Rng,
  UserError,
  canonicalJson,
  dot,
  duration,
  errorCode,
  fileDigest,
  firstLine,
  hashOf,
  makeFolder,
  mean,
  sha256,
  standardDeviation,
  sum,
  writeFileAtomic,
} from './index.ts';

describe('hash', () => {
  it('is the same for any key order and differs for any value', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
    expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 }));
  });
  it('matches the published SHA-256 of "abc"', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256([Buffer.from('a'), Buffer.from('bc')])).toBe(sha256('abc'));
  });
  it('of a file is that of its bytes, however many reads it takes', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'id3-')), 'file');
    const bytes = new Uint8Array((1 << 20) + 3).map((_, i) => i % 251);
    writeFileSync(path, bytes);
    expect(fileDigest(path)).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
    expect(() => fileDigest(`${path}.gone`)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});

describe('Rng', () => {
  it('repeats for one name and differs between names', () => {
    const draw = (...path: (string | number)[]) => Array.from(new Rng(7, ...path).normals(8));
    expect(draw('a', 1)).toEqual(draw('a', 1));
    expect(draw('a', 1)).not.toEqual(draw('a', 2));
    expect(draw('a', 1)).not.toEqual(draw('a', '1'));
  });
  it('has the moments of its distributions', () => {
    const rng = new Rng(1, 'moments');
    const n = 200_000;
    const z = rng.normals(n);
    const mean = z.reduce((s, v) => s + v, 0) / n;
    const variance = z.reduce((s, v) => s + v * v, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    let sum = 0;
    for (let i = 0; i < n; i++) sum += rng.uniform(2, 4);
    expect(Math.abs(sum / n - 3)).toBeLessThan((5 * 2) / Math.sqrt(12 * n));
  });
  it('gives first draws of neighbouring streams that are uncorrelated', () => {
    const n = 20_000;
    let product = 0;
    for (let i = 0; i < n; i++) product += new Rng(3, i).normal() * new Rng(3, i + 1).normal();
    expect(Math.abs(product / n)).toBeLessThan(5 / Math.sqrt(n));
  });
  it('permutes without loss', () => {
    expect(Array.from(new Rng(1, 'p').permutation(100)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
});

describe('numbers', () => {
  it('agree with numbers worked out by hand', () => {
    expect(sum([])).toBe(0);
    expect(sum(Float32Array.of(1, 2.5))).toBe(3.5);
    expect(mean([])).toBeNaN();
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
    expect(dot([1, 2, 3], Float64Array.of(4, -5, 6))).toBe(12);
  });
});

describe('duration', () => {
  it.each([
    [-2, '0 s'],
    [7.6, '8 s'],
    [59.6, '1 m 00 s'],
    [250, '4 m 10 s'],
    [3 * 3600 + 5 * 60 + 31, '3 h 05 m'],
    [62 * 86_400 + 4 * 3600, '62 d 4 h'],
  ])('says %f seconds as %s', (seconds, words) => expect(duration(seconds)).toBe(words));
});

describe('errors', () => {
  it('tell their code and first line, whatever was thrown', () => {
    const error = Object.assign(new Error('no such file\nat x'), { code: 'ENOENT' });
    expect([errorCode(error), firstLine(error)]).toEqual(['ENOENT', 'no such file']);
    expect([errorCode(new Error('x')), errorCode({ code: 'E' }), errorCode(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(firstLine('said\nmore')).toBe('said');
  });
});

describe('makeFolder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'id3-'));
  it('makes a folder with its parents, and leaves one that is there', () => {
    const deep = join(folder, 'a', 'b', 'c');
    makeFolder(deep);
    writeFileSync(join(deep, 'x'), '');
    makeFolder(deep);
    expect(readdirSync(deep)).toEqual(['x']);
  });
  it('says what is in the way', () => {
    const [file, link] = [join(folder, 'file'), join(folder, 'link')];
    writeFileSync(file, '');
    symlinkSync('/nowhere/at-all', link);
    const isNone = ' is there and is no folder; name another folder.';
    expect(() => makeFolder(file)).toThrow(new UserError(file + isNone));
    expect(() => makeFolder(join(link, 'x'))).toThrow(new UserError(link + isNone));
    expect(() => makeFolder(join(file, 'x'))).toThrow(
      new UserError(`${file}/x lies below a file, which can hold nothing; name another folder.`),
    );
    expect(() => makeFolder(join(folder, 'x'.repeat(300)))).toThrow(/ choose a shorter one\.$/);
  });
  it.runIf(existsSync('/proc'))('ends where the system keeps a folder for itself', () =>
    expect(() => makeFolder('/proc/id3-test')).toThrow(/^\/proc\/id3-test cannot be written \(E/),
  );
});

describe('FileWriter', () => {
  it('writes pieces one after another, and knows how long they are', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'id3-')), 'file');
    const file = new FileWriter(path);
    const large = new Uint8Array(3 << 20).fill(7);
    for (const piece of ['ä', large, Uint8Array.of(1)]) file.append(piece);
    expect(file.length).toBe(large.length + 3);
    file.close();
    expect(readFileSync(path).equals(Buffer.concat([Buffer.from('ä'), large, Buffer.of(1)]))).toBe(true);
  });
  it.skipIf(!existsSync('/dev/full'))('says where the disk is full or refuses', () => {
    const file = new FileWriter('/dev/full');
    file.append('x');
    expect(() => file.close()).toThrow(/^The disk is full: \/dev\/full could not/);
    expect(() => new FileWriter('/proc/x')).toThrow(UserError);
  });
});

describe('writeFileAtomic', () => {
  it('replaces the content and leaves nothing else behind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'id3-'));
    writeFileAtomic(join(folder, 'deep', 'x'), 'one');
    writeFileAtomic(join(folder, 'deep', 'x'), 'two');
    expect(readFileSync(join(folder, 'deep', 'x'), 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'deep'))).toEqual(['x']);
    writeFileAtomic(join(folder, 'x'), [Uint8Array.of(97, 98), new Uint8Array(), Uint8Array.of(99)]);
    expect(readFileSync(join(folder, 'x'), 'utf8')).toBe('abc');
  });
  it('says what to do where the path cannot exist', () => {
    const folder = mkdtempSync(join(tmpdir(), 'id3-'));
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeFileAtomic(join(folder, 'file', 'x'), '')).toThrow(UserError);
  });
});
