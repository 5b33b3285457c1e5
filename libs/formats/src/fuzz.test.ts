import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzzTargets, verdict } from './fuzz-targets.ts';

/** What `nx run formats:fuzz` found: an input for every sentence of a parser, and whatever once broke one. */
describe.each(Object.entries(fuzzTargets))('%s', (name, target) => {
  const path = join(import.meta.dirname, 'fixtures/fuzz', `${name}.json`);
  const found = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : [];
  it('has been fuzzed', () => expect(found.length).toBeGreaterThan(2));
  it('accepts valid inputs', () => {
    // But for a pickle that asks for a call, and records that hold no images.
    for (const seed of target.seeds)
      expect(verdict(target, seed) ?? 'accepted').toMatch(
        /^accepted$|which is never done|fewer than an image record's head/,
      );
  });
  it('accepts or refuses with a sentence all that was found', () => {
    for (const input of found) expect(verdict(target, Buffer.from(input, 'base64')) ?? '').not.toMatch(/\n/);
  });
});
