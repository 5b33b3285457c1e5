import type { Inspection } from '@id3/data/browse';
import { MAX_FACES } from '../face.ts';
import {
  faceOf,
  imagesByLabel,
  ordered,
  worst,
  worstLabels,
  type Attribute,
  type Face,
  type Order,
  type Ranking,
} from './faces.ts';

/** One dataset of the grid: what a reader calls it, and what f saw in it. */
export interface GridDataset {
  readonly title: string;
  readonly inspection: Inspection;
}

/** Faces beside one another, all of one dataset. */
export interface FaceRow {
  readonly key: string;
  readonly label: string;
  /** Folder of the dataset and of the training set its nearest faces are from. */
  readonly dataset: string;
  readonly reference: string | undefined;
  readonly faces: readonly Face[];
}

/**
 * Identities `from` to `from + count` of the first dataset, each followed by the same identity of the others; ordered by
 * their number, or the worst first. A row holds as many faces as a sprite.
 */
export function identityRows(
  datasets: readonly GridDataset[],
  view: { order: Order; worstFirst: boolean; from: number; count: number },
): FaceRow[] {
  const labels = view.worstFirst
    ? worstLabels(datasets[0].inspection)
    : imagesByLabel(datasets[0].inspection).map(([label]) => label);
  const grouped = datasets.map(({ inspection }) => new Map(imagesByLabel(inspection)));
  return labels.slice(view.from, view.from + view.count).flatMap((label) =>
    datasets.flatMap(({ title, inspection }, k) => {
      const indices = grouped[k].get(label)?.slice(0, MAX_FACES);
      if (indices === undefined) return [];
      const faces = ordered(
        indices.map((i) => faceOf(inspection, i)),
        view.order,
      );
      const name = `Identity ${label}`;
      return [row(`${k}-${label}`, datasets.length > 1 ? `${name}, ${title}` : name, inspection, faces)];
    }),
  );
}

/** The worst faces of each dataset, in rows of a fixed length. */
export function worstRows(
  datasets: readonly GridDataset[],
  by: Ranking,
  { rows, perRow }: { rows: number; perRow: number },
): FaceRow[] {
  return datasets.flatMap(({ title, inspection }, k) => {
    const faces = worst(inspection, by, rows * perRow);
    return Array.from({ length: Math.ceil(faces.length / perRow) }, (_, r) => {
      const part = faces.slice(r * perRow, (r + 1) * perRow);
      const places = `${r * perRow + 1} to ${r * perRow + part.length}`;
      const label = datasets.length > 1 ? `${title}, ${places}` : places;
      return row(`${k}-${r}`, label, inspection, part);
    });
  });
}

const row = (key: string, label: string, inspection: Inspection, faces: readonly Face[]): FaceRow => ({
  key,
  label,
  dataset: inspection.dataset,
  reference: inspection.reference,
  faces,
});

/** Which attributes the predictor can tell at all. */
export type Predictable = Readonly<Record<Attribute, boolean>>;

/** Which attributes can be read off images at all: the predictor explains something of people it has not seen. */
export const predictable = ({ predicted }: Inspection): Predictable => ({
  age: (predicted.age?.r2 ?? 0) > 0,
  yaw: (predicted.yaw?.r2 ?? 0) > 0,
});
