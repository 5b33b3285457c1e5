import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng, writeFileAtomic } from '@id3/core';
import { fuzzTargets, verdict, type FuzzTarget } from '../src/fuzz-targets.ts';

/**
 * Mutates valid inputs of each parser and requires that it either accepts them and keeps its promises, or throws a UserError,
 * within a bounded heap. Inputs that draw a sentence not heard before, or that crash a parser, are mutated further and kept
 * as fixtures, which the tests replay; slow ones are printed.
 *
 * nx run formats:fuzz --minutes=10 --inputs=1000000 [--parser=recordio] [--seed=1]
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    inputs: { type: 'string', default: '1000000' },
    parser: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const FIXTURES = join(import.meta.dirname, '../src/fixtures/fuzz');
const SLOW_MS = 1000;
const MAX_INPUT = 4096;
/** What a parser may hold beyond what the fuzzer itself does. */
const MAX_GROWTH = 256 * 2 ** 20;

const mutations: ((
  rng: Rng,
  input: Buffer,
  corpus: readonly Buffer[],
  fragments: readonly Buffer[],
) => Buffer)[] = [
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
  (rng, input, _, fragments) => splice(rng, input, rng.pick(fragments), 0),
  (rng, input, _, fragments) => splice(rng, input, rng.pick(fragments), 1 + rng.int(8)),
  (rng, input, corpus) => splice(rng, input, part(rng, rng.pick(corpus)), rng.int(16)),
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

/** Processor time, which other processes do not lengthen. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** A sentence without what differs from input to input. */
const shape = (sentence: string | undefined) =>
  sentence
    ?.replace(/"(\\.|[^"\\])*"/g, '""')
    .replace(/call .*, which/, 'call, which')
    .replace(/\d+/g, '#') ?? 'accepted';

function fuzz(name: string, target: FuzzTarget): void {
  const seed = Number(values.seed);
  const corpus = [...target.seeds];
  const heard = new Set<string>();
  const counts = { accepted: 0, refused: 0 };
  const path = join(FIXTURES, `${name}.json`);
  const found: string[] = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : [];
  for (const input of found) {
    corpus.push(Buffer.from(input, 'base64'));
    heard.add(shape(verdict(target, corpus.at(-1)!)));
  }
  const save = (input: Buffer) => {
    found.push(input.toString('base64'));
    writeFileAtomic(path, `${JSON.stringify(found, null, 1)}\n`);
  };
  const started = Date.now();
  const ends = started + Number(values.minutes) * 60_000;
  const base = process.memoryUsage().rss;
  let peak = 0;
  let slowest = 0;
  let n = 0;
  let rng = new Rng(seed, name, 0);
  for (; n < Number(values.inputs) || Date.now() < ends; n++) {
    if (n % 10_000 === 0) {
      rng = new Rng(seed, name, n);
      peak = Math.max(peak, process.memoryUsage().rss - base);
      if (peak > MAX_GROWTH) throw new Error(`${name}: memory grew by ${peak} bytes`);
      if (n % 1_000_000 === 0)
        console.log(
          `${name}: ${n} inputs, ${heard.size} sentences, ${Math.round((Date.now() - started) / 1000)} s`,
        );
    }
    let input = rng.pick(corpus);
    for (let k = rng.int(4); k >= 0; k--)
      input = rng.pick(mutations)(rng, input, corpus, target.fragments).subarray(0, MAX_INPUT);
    const from = cpuMs();
    let sentence: string | undefined;
    try {
      sentence = verdict(target, input);
    } catch (error) {
      save(input);
      console.log(`${name}: CRASH after ${n} inputs: ${(error as Error).stack}`);
      process.exitCode = 1;
      return;
    }
    const took = cpuMs() - from;
    if (took > slowest) slowest = took;
    if (took > SLOW_MS) console.log(`${name}: ${took.toFixed(0)} ms for ${input.toString('base64')}`);
    counts[sentence === undefined ? 'accepted' : 'refused']++;
    const own = shape(sentence);
    if (!heard.has(own)) {
      heard.add(own);
      corpus.push(input);
      save(input);
    }
  }
  const minutes = (Date.now() - started) / 60_000;
  console.log(
    `${name}: ${n} inputs in ${minutes.toFixed(1)} min, ${counts.accepted} accepted, ${counts.refused} refused in ${heard.size} ways, slowest ${slowest.toFixed(1)} ms, memory grew by ${(peak / 2 ** 20).toFixed(0)} MiB, no crash`,
  );
}

for (const [name, target] of Object.entries(fuzzTargets))
  if (values.parser === undefined || values.parser === name) fuzz(name, target);
