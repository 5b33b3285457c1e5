import { shadeOf, type Texts } from '../formats/texts.ts';
import { markup, type Markup } from './markup.ts';

/** Strengths of shades, each a class of the style. */
export const SHADES = 6;

/** A table of more columns than this has its longer side downwards. */
const MAX_ACROSS = 8;

/** Texts with rows for columns. */
function transposed({ rows, best, above }: Texts): Texts {
  return {
    rows: rows[0].map((_, column) => rows.map((row) => row[column])),
    best: (row, column) => best(column, row),
    ...(above && { above: (row: number, column: number) => above(column, row) }),
  };
}

/** Texts as a page and a sheet of paper have room for them: with the longer side downwards where there are many columns. */
export const upright = (texts: Texts): Texts =>
  texts.rows[0].length > MAX_ACROSS && texts.rows[0].length > texts.rows.length ? transposed(texts) : texts;

/**
 * A table of texts with its caption above and a note below, the best of each column in bold. It scrolls in a box of its own where
 * it is too wide.
 *
 * @param id the caption's, which is the table's name
 * @param kind what its cells hold where it is not numbers
 */
export function textTable(
  texts: Texts,
  { id, caption, note, kind }: { id: string; caption: string; note?: string; kind?: 'words' },
): Markup {
  const [[corner, ...heads], ...rows] = texts.rows;
  const cells = (row: readonly string[], r: number) =>
    row.map((text, k) => markup`<td${classes(texts, r + 1, k + 1)}>${text}</td>`);
  return markup`<figure class="table">
<figcaption id="${id}">${caption}</figcaption>
<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table aria-labelledby="${id}"${kind !== undefined && markup` class="${kind}"`}>
<thead><tr><th scope="col">${corner}</th>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${rows.map(([title, ...row], r) => markup`<tr><th scope="row">${title}</th>${cells(row, r)}</tr>\n`)}</tbody>
</table>
</div>
${note !== undefined && markup`<p class="note">${note}</p>\n`}</figure>
`;
}

/** An attribute with the classes of a cell, or nothing. */
function classes({ best, above }: Texts, row: number, column: number): Markup {
  const difference = above?.(row, column);
  const strength = difference === undefined ? 0 : Math.round(SHADES * shadeOf(difference));
  const names = [
    ...(best(row, column) ? ['best'] : []),
    ...(strength === 0 ? [] : [`${difference! < 0 ? 'down' : 'up'}-${strength}`]),
  ];
  return names.length === 0 ? markup`` : markup` class="${names.join(' ')}"`;
}
