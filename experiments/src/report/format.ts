import {
  alignedText,
  markdownOf,
  markdownTable,
  measureTexts,
  MEASURES_LEGEND,
  terminalTable,
  type MeasuredRow,
  type ResultTable,
} from '@id3/report';

/** The results and the dataset measures in columns for a terminal. */
export const terminalReport = (table: ResultTable, measured: readonly MeasuredRow[]): string =>
  [terminalTable(table), alignedText({ rows: measureTexts(measured) }), MEASURES_LEGEND].join('\n\n');

/** The results and the dataset measures in Markdown. */
export const markdownReport = (table: ResultTable, measured: readonly MeasuredRow[]): string =>
  [
    markdownTable(table),
    `${markdownOf({ rows: measureTexts(measured), best: () => false })}\n`,
    `${MEASURES_LEGEND}\n`,
  ].join('\n');
