import { sum } from '@id3/core';
import type { ResultTable } from '../tabulate.ts';
import { legend, tableTexts, type Texts } from './texts.ts';

/** A table of texts in columns for a terminal. */
export function alignedText({ rows }: Pick<Texts, 'rows'>): string {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, k) => (k === 0 ? text.padEnd(widths[k]) : text.padStart(widths[k])))
      .join('  ')
      .trimEnd();
  return [line(rows[0]), '─'.repeat(sum(widths) + 2 * (widths.length - 1)), ...rows.slice(1).map(line)].join(
    '\n',
  );
}

/** The results in columns for a terminal. */
export const terminalTable = (table: ResultTable): string =>
  [...tableTexts(table).map(alignedText), legend(table)].join('\n\n');
