import { mkdtempSync, readFileSync, readdirSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FindingsStore, photoKey } from './findings.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'id3-findings-'));

it('survive a kill in the middle of a line', () => {
  const folder = fresh();
  const store = FindingsStore.open(folder, 'a');
  store.add('x', { faces: 0 });
  store.add('y', { faces: 1, score: 0.9, landmarks: [[1, 2]] });
  const path = join(folder, readdirSync(folder)[0]);
  truncateSync(path, readFileSync(path).length - 5);
  const again = FindingsStore.open(folder, 'a');
  expect([again.get('x'), again.get('y')]).toEqual([{ faces: 0 }, undefined]);
  again.add('y', { faces: 2 });
  expect(FindingsStore.open(folder, 'a').get('y')).toEqual({ faces: 2 });
});

it('of one way of looking are none of another', () => {
  const folder = fresh();
  FindingsStore.open(folder, { confidence: 0.5 }).add('x', { faces: 1 });
  expect(FindingsStore.open(folder, { confidence: 0.6 }).get('x')).toBeUndefined();
});

it('are of a photo by its bytes', () => {
  expect(photoKey(readFileSync(import.meta.filename))).toBe(photoKey(import.meta.filename));
});
