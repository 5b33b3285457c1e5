import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng, writeFileAtomic } from '@id3/core';
import { fuzzTargets, verdict, type FuzzTarget } from '../src/fuzz-targets.ts';
import { mutated } from '../src/mutations.ts';

/**
 * Mutates valid inputs of each parser, and such as a grammar gives, and requires that it either accepts them and keeps its promises, or throws a
 * UserError, within a bounded heap. What a grammar gives must be read as it was meant. Inputs that draw a sentence not heard before, or that crash a parser, are mutated further and kept
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
    const generated = target.generate !== undefined && rng.chance(0.5) ? target.generate(rng) : undefined;
    if (generated !== undefined) input = generated.input;
    const isWhole = generated !== undefined && rng.chance(0.5);
    if (!isWhole)
      for (let k = rng.int(4); k >= 0; k--)
        input = mutated(rng, input, { corpus, fragments: target.fragments }).subarray(0, MAX_INPUT);
    const from = cpuMs();
    let sentence: string | undefined;
    try {
      sentence = verdict(target, input);
      if (isWhole) generated.check();
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
    const heardAs = shape(sentence);
    if (!heard.has(heardAs)) {
      heard.add(heardAs);
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
