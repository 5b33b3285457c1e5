import { expect, it } from 'vitest';
import { measureTexts } from './measures.ts';

it('what rounds to zero is zero, without a sign', () => {
  const texts = [-0.0004, -0.0006, 0, 0.0004].map((value) => {
    const [header, row] = measureTexts([
      { name: 'full', title: 'ID³', values: { 'interClass.mean': value } },
    ]);
    return row[header.indexOf('between identities')];
  });
  expect(texts).toEqual(['0.000', '-0.001', '0.000', '0.000']);
});
