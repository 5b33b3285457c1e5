import { expect, it } from 'vitest';
import { commandOf, wordsOf, type FaceRequest } from './request.ts';
import { refusalOf, requestOfWords, requestSchema } from './schema.ts';

const full: FaceRequest = {
  model: 'train-diffusion/0123456789abcdef',
  from: 'generate/0123456789abcdef:12',
  to: 'new:7',
  t: 0.25,
  c: -0.5,
  direction: 3,
  age: 43.5,
  yaw: -30,
  w: 1.5,
  freeY: 0.5,
  freeS: 0,
  kind: 'dpm++',
  steps: 20,
  seed: 9,
  row: 'age',
};

it('comes back from its words, all of its fields', () => {
  expect(Object.keys(full).sort()).toEqual(Object.keys(requestSchema.shape).sort());
  expect(requestOfWords(Object.fromEntries(wordsOf(full))).data).toEqual(full);
  expect(commandOf({ model: full.model, age: 20 })).toBe(
    'npx id3 face --model=train-diffusion/0123456789abcdef --age=20',
  );
});

it.each<[string, Record<string, string>]>([
  ['steps', { steps: '100000' }],
  ['steps', { steps: '1.5' }],
  ['steps', { steps: 'many' }],
  ['model', { model: '../../etc/passwd' }],
  ['model', { model: 'train-diffusion/..' }],
  ['from', { from: 'generate/../x:1' }],
  ['from', { from: 'new:1e99' }],
  ['w', { w: 'Infinity' }],
  ['w', { w: '-1' }],
  ['c', { c: '1.1' }],
  ['kind', { kind: 'euler' }],
  ['row', { row: 'seed' }],
])('is refused in a sentence that names %s: %j', (field, words) => {
  const { error } = requestOfWords({ model: full.model, ...words });
  expect(refusalOf(error!)).toMatch(
    new RegExp(`^The field "${field}" of the request is not understood: .+\\.$`),
  );
});
