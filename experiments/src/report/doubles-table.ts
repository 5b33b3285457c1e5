import { mean, standardDeviation } from '@id3/core';
import { interClass } from '@id3/eval';
import { generationSchema, type AnchorKind } from '@id3/model';
import { csvLine } from '@id3/report';
import type { Panel } from '../pictures/curves.ts';

export const ANCHOR_KINDS = generationSchema.shape.anchors.options;

/** Anchors of one number and kind, drawn several times: each [N,d] unit rows. */
export interface DrawnAnchors {
  readonly identities: number;
  readonly kind: AnchorKind;
  readonly draws: readonly Float32Array[];
}

/** How many people have a double. */
export interface DoublesTable {
  /** The cosine from which two people are one to f. */
  readonly threshold: number;
  /** Of each number and kind the share of each draw. */
  readonly rows: readonly (Omit<DrawnAnchors, 'draws'> & { readonly shares: readonly number[] })[];
}

export const doublesTable = (anchors: readonly DrawnAnchors[], threshold: number): DoublesTable => ({
  threshold,
  rows: anchors.map(({ identities, kind, draws }) => ({
    identities,
    kind,
    shares: draws.map(
      (rows) => interClass(Float64Array.from(rows), rows.length / identities, threshold).doubles,
    ),
  })),
});

const percent = (share: number): string => (100 * share).toFixed(1);

/** The table for a reader: a header, then a line for each number of people. */
export function doublesTexts(table: DoublesTable): string[][] {
  return [
    ['people', ...ANCHOR_KINDS.map((kind) => `${kind} anchors: with a double, %`)],
    ...countsOf(table).map((count) => [
      String(count),
      ...ANCHOR_KINDS.map((kind) => {
        const point = pointOf(table, count, kind);
        return `${percent(point.mean)} ± ${percent(point.halfWidth)}`;
      }),
    ]),
  ];
}

/** What the lines of {@link doublesPanel} are of. */
export const DOUBLES_LINES = ANCHOR_KINDS.map((kind) => `${kind} anchors`);

/** The share of people with a double over their number, a line for each kind of anchors. */
export function doublesPanel(table: DoublesTable): Panel {
  const counts = countsOf(table);
  return {
    title: 'with a double, %',
    ticks: counts.map(String),
    lines: ANCHOR_KINDS.map((kind) => counts.map((count) => pointOf(table, count, kind))),
  };
}

const countsOf = ({ rows }: DoublesTable): number[] => [...new Set(rows.map(({ identities }) => identities))];

/** Mean and standard deviation over the draws: shares. */
function pointOf({ rows }: DoublesTable, identities: number, kind: AnchorKind) {
  const shares = rows.find((row) => row.identities === identities && row.kind === kind)?.shares ?? [];
  return { mean: mean(shares), halfWidth: standardDeviation(shares) };
}

/** What the table's numbers are. */
export const doublesLegend = ({ threshold, rows }: DoublesTable): string =>
  `Mean ± standard deviation over ${rows[0].shares.length} draws of the share of anchors whose nearest other one is at a cosine of ` +
  `${threshold.toFixed(3)} or more, from which f takes two faces for one person.`;

/** Every share, unrounded (RFC 4180). */
export const doublesCsv = ({ threshold, rows }: DoublesTable): string =>
  [
    'people,anchors,threshold,draw,doubles',
    ...rows.flatMap(({ identities, kind, shares }) =>
      shares.map((share, k) => csvLine([identities, kind, threshold, k, share])),
    ),
    '',
  ].join('\n');
