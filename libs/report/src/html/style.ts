import { SHADES } from './table.ts';

/** Percent of a colour in the shade of a cell, from the weakest to the strongest. */
const STRONGEST = 26;

const shades = Array.from({ length: SHADES }, (_, k) => k + 1).flatMap((k) =>
  ['up', 'down'].map(
    (way) =>
      `td.${way}-${k} { background: color-mix(in srgb, var(--${way}) ${Math.round((STRONGEST * k) / SHADES)}%, transparent); }`,
  ),
);

const series = [1, 2, 3, 4].map((k) => `.series-${k} { --series: var(--series-${k}); }`);

/** The whole style of a report: that of a paper’s supplement, for screens in both themes and for paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --background: light-dark(#fffefb, #121316);
  --text: light-dark(#1b1a18, #e7e5e0);
  --quiet: light-dark(#5d5a54, #a8a49b);
  --line: light-dark(#e2dfd8, #2e3036);
  --rule: light-dark(#1b1a18, #b9b5ac);
  --raised: light-dark(#f5f3ee, #1b1d21);
  --accent: light-dark(#1d55d0, #84aaff);
  --up: light-dark(#1d55d0, #84aaff);
  --down: light-dark(#c2570c, #f0a165);
  --series-1: light-dark(#1d55d0, #84aaff);
  --series-2: light-dark(#b85c00, #f0a04b);
  --series-3: light-dark(#00795a, #3fc79b);
  --series-4: light-dark(#a13d7d, #e08fc0);
  --serif: Charter, 'Bitstream Charter', 'Iowan Old Style', 'Source Serif 4', Cambria, Georgia, 'DejaVu Serif', serif;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, 'DejaVu Sans Mono', monospace;
  font: 400 1rem/1.55 var(--serif);
  -webkit-text-size-adjust: 100%;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--text); counter-reset: table figure; }
main { max-width: 66rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2.5rem) 4rem; }
h1, h2, h3, p, ul, dl, dd, figure, pre { margin: 0; padding: 0; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(1.75rem, 5vw, 2.5rem); letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.3125rem; letter-spacing: -0.005em; overflow-wrap: anywhere; }
h3 { font: 600 0.8125rem/1.3 var(--sans); }
.kicker { margin-bottom: 0.5rem; font: 600 0.75rem/1.3 var(--sans); letter-spacing: 0.09em; text-transform: uppercase; color: var(--quiet); }
header { padding-bottom: 1.5rem; border-bottom: 2px solid var(--rule); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(42%, 12.5rem), 1fr)); gap: 0.75rem 1.5rem; margin-top: 1.5rem; font: 400 0.8125rem/1.4 var(--sans); }
.facts dt { color: var(--quiet); }
.facts dd { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
section { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); margin-top: 2.75rem; }
p, .findings, figcaption { max-width: 46rem; text-wrap: pretty; overflow-wrap: break-word; }
.lead { font-size: clamp(1.1875rem, 2.6vw, 1.4375rem); line-height: 1.4; }
.findings { padding-left: 1.25rem; }
.findings li + li { margin-top: 0.25rem; }
ul { padding-left: 1.25rem; }
.note, figcaption { font-size: 0.875rem; line-height: 1.5; color: var(--quiet); }
figure { min-width: 0; margin-top: 0.5rem; }
figcaption::before { font-weight: 600; color: var(--text); }
figure.table { counter-increment: table; }
figure.table > figcaption { margin-bottom: 0.5rem; }
figure.table > figcaption::before { content: 'Table ' counter(table) '. '; }
figure.table > .note { margin-top: 0.5rem; }
figure.chart, figure.faces { counter-increment: figure; }
figure.chart > figcaption::before, figure.faces > figcaption::before { content: 'Figure ' counter(figure) '. '; }
figure.chart > figcaption, figure.faces > figcaption { margin-top: 0.75rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; border-top: 2px solid var(--rule); border-bottom: 2px solid var(--rule); font: 400 0.8125rem/1.35 var(--sans); font-variant-numeric: tabular-nums lining-nums; }
th, td { padding: 0.375rem 0.625rem; text-align: right; vertical-align: baseline; white-space: nowrap; }
th:first-child { position: sticky; left: 0; min-width: clamp(6.5rem, 24vw, 13rem); max-width: 20rem; padding-left: 0.125rem; background: var(--background); text-align: left; white-space: normal; overflow-wrap: break-word; }
thead th { min-width: 4.75rem; border-bottom: 1px solid var(--rule); font-weight: 600; vertical-align: bottom; white-space: normal; text-wrap: balance; }
thead th:first-child { font-weight: 400; color: var(--quiet); }
tbody th { font-weight: 400; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
td.best { font-weight: 700; }
table.words td, table.words th { text-align: left; }
table.words { width: max-content; }
table.words td { max-width: 30rem; white-space: normal; overflow-wrap: break-word; }
table.words thead th { min-width: 0; white-space: nowrap; }
table.words th:first-child { min-width: 6.5rem; }
${shades.join('\n')}
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18.5rem), 1fr)); gap: 1.5rem 2rem; }
.panel { min-width: 0; max-width: 30rem; break-inside: avoid; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 400 11px var(--sans); font-variant-numeric: tabular-nums; fill: var(--quiet); }
svg text.row { fill: var(--text); }
svg path { fill: none; stroke-width: 1.5; }
.grid { stroke: var(--line); stroke-width: 1; }
.bound-1, .bound-2 { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 4 3; }
.bound-2 { stroke-dasharray: 1.5 3; }
.dot path { stroke: var(--text); }
.dot circle { fill: var(--text); }
.dot.base path { stroke: var(--accent); stroke-width: 2; }
.dot.base circle { fill: var(--accent); }
${series.join('\n')}
.line path { stroke: var(--series); stroke-width: 2; stroke-linejoin: round; }
.line path.band { fill: color-mix(in srgb, var(--series) 16%, transparent); stroke: none; }
.line circle { fill: var(--series); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; font: 400 0.8125rem/1.4 var(--sans); }
.legend li { display: inline-flex; align-items: center; gap: 0.5rem; }
.legend svg { width: 28px; flex: none; }
.faces img { display: block; width: auto; max-width: 100%; height: auto; background: #fff; border-radius: 3px; }
pre { padding: 0.75rem 0.875rem; border-radius: 4px; background: var(--raised); font: 400 0.8125rem/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
details > summary { width: max-content; max-width: 100%; font-size: 0.9375rem; cursor: pointer; }
li { overflow-wrap: anywhere; }
@media print {
  @page { size: A4; margin: 16mm 14mm; }
  :root { color-scheme: light; --background: #fff; font-size: 9.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section { display: block; margin-top: 1.75rem; }
  section > * + * { margin-top: 0.75rem; }
  h2, figcaption, .lead { break-after: avoid; }
  figure.chart > figcaption, figure.faces > figcaption { break-before: avoid; }
  p, .findings, figcaption { max-width: none; }
  .scroll { overflow: visible; }
  table { font-size: 7pt; }
  th, td { padding: 0.25rem 0.375rem; }
  th:first-child { position: static; min-width: 0; max-width: 12rem; }
  thead { display: table-header-group; }
  thead th { min-width: 0; }
  table.words th:first-child { max-width: 20rem; }
  [aria-labelledby='config'].scroll { columns: 2; column-gap: 8mm; }
  [aria-labelledby='config'] table { width: 100%; }
  tr, pre, .faces { break-inside: avoid; }
  .panels { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem 1.5rem; }
  .faces img { max-height: 128mm; }
  details > summary { display: none; }
  details::details-content { display: block; content-visibility: visible; height: auto; }
}
`;
