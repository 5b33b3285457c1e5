import type { Rng } from '@id3/core';

/** What mutations take pieces from. */
export interface Material {
  readonly corpus: readonly Buffer[];
  readonly fragments: readonly Buffer[];
}

/** An input with one thing changed. */
export const mutated = (rng: Rng, input: Buffer, material: Material): Buffer =>
  rng.pick(mutations)(rng, input, material);

const mutations: ((rng: Rng, input: Buffer, material: Material) => Buffer)[] = [
  // A bit, a byte, an extreme byte.
  (rng, input) => edit(rng, input, (byte) => byte ^ (1 << rng.int(8))),
  (rng, input) => edit(rng, input, () => rng.int(256)),
  (rng, input) => edit(rng, input, () => rng.pick([0, 1, 0x7f, 0x80, 0xff])),
  // A length grows or shrinks by a little.
  (rng, input) => edit(rng, input, (byte) => byte + rng.pick([-1, 1, 4, -4])),
  // Cut, removed, doubled, inserted, crossed.
  (rng, input) => input.subarray(0, rng.int(input.length + 1)),
  (rng, input) => splice(rng, input, Buffer.alloc(0), 1 + rng.int(8)),
  (rng, input) => splice(rng, input, part(rng, input), 0),
  (rng, input, { fragments }) => splice(rng, input, rng.pick(fragments), 0),
  (rng, input, { fragments }) => splice(rng, input, rng.pick(fragments), 1 + rng.int(8)),
  (rng, input, { corpus }) => splice(rng, input, part(rng, rng.pick(corpus)), rng.int(16)),
];

function edit(rng: Rng, input: Buffer, change: (byte: number) => number): Buffer {
  const out = Buffer.from(input);
  if (out.length > 0) {
    const at = rng.int(out.length);
    out[at] = change(out[at]);
  }
  return out;
}
function splice(rng: Rng, input: Buffer, insert: Buffer, removed: number): Buffer {
  const at = rng.int(input.length + 1);
  return Buffer.concat([input.subarray(0, at), insert, input.subarray(at + removed)]);
}
function part(rng: Rng, input: Buffer): Buffer {
  const from = rng.int(input.length + 1);
  return input.subarray(from, from + rng.int(64));
}
