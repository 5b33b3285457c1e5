import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '../../../docs');
const page = readFileSync(join(DOCS, 'paper-to-code.md'), 'utf8');
const links = [...page.matchAll(/\[`(\w+)`\]\(([^)]+)\)/g)].map(([, symbol, file]) => ({ symbol, file }));

/** Whether a file declares a name, or, where it is no TypeScript, has it in a text. */
function declares(file: string, symbol: string): boolean {
  const text = readFileSync(file, 'utf8');
  const declaration = new RegExp(`\\b(function|const|class|interface|type) ${symbol}\\b`);
  return file.endsWith('.ts') ? declaration.test(text) : text.includes(symbol);
}

it('docs/paper-to-code.md names files that are there, and symbols that they declare', () => {
  const broken = links.flatMap(({ symbol, file }) => {
    const path = join(DOCS, file);
    if (!existsSync(path)) return [`${symbol}: there is no ${file}`];
    return declares(path, symbol) ? [] : [`${symbol}: ${file} does not declare it`];
  });
  expect(broken).toEqual([]);
});

it.each(['Algorithm 1', 'Algorithm 2', 'Algorithm 3', 'Eq. 3', 'λ_t κ_t', 'TAR@FAR'])(
  'has a row for %s',
  (what) => {
    const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(what));
    expect(row).toMatch(/\[`\w+`\]/);
  },
);
