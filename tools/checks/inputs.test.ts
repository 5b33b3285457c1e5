import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const rows = readFileSync(join(ROOT, 'docs/inputs.md'), 'utf8')
  .split('\n## Fuzzing')[0]
  .split('\n')
  .filter((line) => /^\| (?!form |-)/.test(line));

describe('docs/inputs.md', () => {
  it('has rows', () => expect(rows.length).toBeGreaterThan(60));
  it.each(rows)('names a test that there is: %s', (row) => {
    const [, file, title] = /\]\(\.\.\/([^)]+)\): “(.+)” +\|$/.exec(row) ?? [];
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
  });
});
