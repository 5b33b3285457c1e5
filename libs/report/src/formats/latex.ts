import type { ResultTable } from '../tabulate.ts';
import { legend, tableTexts, type Texts } from './texts.ts';

const SPECIAL: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '≈': '$\\approx$',
  '<': '$<$',
  '−': '$-$',
  '–': '--',
  '³': '\\textsuperscript{3}',
};

/** Text that LaTeX prints as it is. */
export const latexText = (text: string): string =>
  text.replace(/[\\{}$&#%_^~±×≈<−–³]/g, (sign) => SPECIAL[sign] ?? `\\${sign}`);

function tabular({ rows: [header, ...rows], best }: Texts): string {
  const line = (cells: readonly string[]) => `  ${cells.join(' & ')} \\\\`;
  const cells = (row: readonly string[], r: number) =>
    row.map((text, k) => (best(r + 1, k) ? `\\textbf{${latexText(text)}}` : latexText(text)));
  return [
    `\\begin{tabular}{l${'r'.repeat(header.length - 1)}}`,
    '  \\toprule',
    line(header.map(latexText)),
    '  \\midrule',
    ...rows.map((row, r) => line(cells(row, r))),
    '  \\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

/** The results as LaTeX tables that need the package booktabs, the best of each column in bold. */
export const latexTable = (table: ResultTable): string =>
  `% \\usepackage{booktabs}\n${tableTexts(table).map(tabular).join('\n\n')}\n\n% ${legend(table)}\n`;
