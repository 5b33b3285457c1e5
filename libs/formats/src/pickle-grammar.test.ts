import { Rng } from '@id3/core';
import { describe, expect, it } from 'vitest';
import { fuzzTargets, verdict } from './fuzz-targets.ts';
import { mutated } from './mutations.ts';
import { generatePickle } from './pickle-grammar.ts';
import { hasNumpy, python } from './testing.ts';
import { parseVerificationBin, type VerificationBin } from './verification-bin.ts';

const inHex = ({ images, same }: VerificationBin) => ({
  images: images.map((image) => Buffer.from(image).toString('hex')),
  same,
});
/** What Python itself makes of pickles; null where it refuses. */
const readByPython = (pickles: readonly Buffer[]): unknown[] =>
  python('read_bins.py', [], pickles.map((bytes) => `${bytes.toString('base64')}\n`).join(''))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('pickles from a grammar', { timeout: 600_000 }, () => {
  const generated = Array.from({ length: 2000 }, (_, seed) => generatePickle(new Rng(seed, 'pickle')));

  it('are read as they were meant', () => {
    for (const { bytes, images, same } of generated)
      expect(inHex(parseVerificationBin(bytes, 'generated.bin'))).toEqual(inHex({ images, same }));
    // Every opcode that is read is among them.
    const opcodes = new Set(generated.flatMap(({ bytes }) => [...bytes]));
    for (const opcode of 'KMJNXUTCBcRbheq]rjta(.\x80\x85\x86\x87\x88\x89\x8c\x8e\x93\x94\x95\x96')
      expect(opcodes).toContain(opcode.charCodeAt(0));
  });

  it.runIf(hasNumpy)('are read so by Python too', () => {
    const made = readByPython(generated.map(({ bytes }) => bytes));
    expect(made).toEqual(generated.map(({ images, same }) => inHex({ images, same })));
  });

  it.runIf(hasNumpy)('are read as by Python, or refused, where they are mutated', () => {
    const target = fuzzTargets['verification-bin'];
    const rng = new Rng(1, 'mutated pickles');
    const taken = Array.from({ length: 20_000 }, () => {
      const { bytes } = rng.pick(generated);
      return mutated(rng, bytes, { corpus: [rng.pick(generated).bytes], fragments: target.fragments });
    }).filter((bytes) => verdict(target, bytes) === undefined);
    const made = readByPython(taken);
    const both = taken.filter((_, i) => made[i] !== null);
    expect(both.length).toBeGreaterThan(1000);
    const differing = taken.filter(
      (bytes, i) =>
        made[i] !== null &&
        JSON.stringify(inHex(parseVerificationBin(bytes, 'mutated.bin'))) !== JSON.stringify(made[i]),
    );
    expect(differing.map((bytes) => bytes.toString('base64'))).toEqual([]);
  });
});
