import type { ResultTable } from '../tabulate.ts';
import { legend, tableTexts, type Texts } from './texts.ts';

/** A table of texts in Markdown, the best of each column in bold. */
export function markdownOf({ rows: [header, ...rows], best }: Texts): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const bold = (row: readonly string[], r: number) =>
    row.map((text, k) => (best(r + 1, k) ? `**${escape(text)}**` : escape(text)));
  return [
    line(header.map(escape)),
    line(header.map((_, k) => (k === 0 ? '---' : '---:'))),
    ...rows.map((row, r) => line(bold(row, r))),
  ].join('\n');
}

// A title is free text: it may hold what Markdown takes for its own.
const escape = (text: string): string => text.replace(/[\\|_<`]/g, '\\$&');

/** The results in Markdown. */
export const markdownTable = (table: ResultTable): string =>
  `${[...tableTexts(table).map(markdownOf), legend(table)].join('\n\n')}\n`;
