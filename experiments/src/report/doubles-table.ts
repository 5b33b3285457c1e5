import { mean, standardDeviation } from '@id3/core';
import { interClass } from '@id3/eval';
import { generationSchema, type AnchorKind } from '@id3/model';
import { csvLine } from '@id3/report';

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
export function doublesTexts({ rows }: DoublesTable): string[][] {
  const counts = [...new Set(rows.map(({ identities }) => identities))];
  return [
    ['people', ...ANCHOR_KINDS.map((kind) => `${kind} anchors: with a double, %`)],
    ...counts.map((count) => [
      String(count),
      ...ANCHOR_KINDS.map((kind) => {
        const shares = rows.find((row) => row.identities === count && row.kind === kind)?.shares ?? [];
        return `${percent(mean(shares))} ± ${percent(standardDeviation(shares))}`;
      }),
    ]),
  ];
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
