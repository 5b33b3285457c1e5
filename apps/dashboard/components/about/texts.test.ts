import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ABOUT, type AboutText } from './texts.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

describe.each(Object.entries<AboutText>(ABOUT))('what %s shows', (_, { sentences, numbers }) => {
  it('is told in three sentences, each of them one', () => {
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z“][^.]*\.$/);
  });

  it.each(numbers.map(({ name, code: [path, symbol] }) => [name, path, symbol]))(
    '%s is computed in %s by %s',
    (_, path, symbol) => {
      const text = readFileSync(resolve(ROOT, path), 'utf8');
      const declaration = new RegExp(
        `\\b(function|const) ${symbol}\\b|^  (async )?${symbol}\\(|"${symbol}"`,
        'm',
      );
      expect(text).toMatch(declaration);
    },
  );
});
