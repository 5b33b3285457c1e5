import { mean } from '@id3/core/numbers';
import type { Inspection } from '@id3/data/browse';

/** One image of a dataset, asked against measured; what is not known is absent. */
export interface Face {
  readonly index: number;
  readonly label: number;
  /** Years and degrees: asked for (or true, where the set was not generated), and read off the image. */
  readonly age?: number;
  readonly yaw?: number;
  readonly predictedAge?: number;
  readonly predictedYaw?: number;
  /** Cosines of f's embedding to the embedding asked for, to the identity's anchor, to its centre. */
  readonly toAsked?: number;
  readonly toAnchor?: number;
  readonly toCentre: number;
  /** The most alike face of the training set. */
  readonly nearest?: { readonly index: number; readonly cosine: number };
}

export function faceOf({ images, predicted, nearest }: Inspection, i: number): Face {
  return {
    index: i,
    label: images.label[i],
    age: images.age?.[i],
    yaw: images.yaw?.[i],
    predictedAge: predicted.age?.value[i],
    predictedYaw: predicted.yaw?.value[i],
    toAsked: images.toAsked?.[i],
    toAnchor: images.toAnchor?.[i],
    toCentre: images.toCentre[i],
    nearest: nearest && { index: nearest.index[i], cosine: nearest.cosine[i] },
  };
}

/** How the images of an identity lie beside one another. */
export const ORDERS = ['yaw', 'age', 'made'] as const;
export type Order = (typeof ORDERS)[number];
/** What can be read off a face. */
export type Attribute = Exclude<Order, 'made'>;

/** The images of each label, in the order they were made: `[label, indices]`, labels ascending. */
export function imagesByLabel({ images }: Inspection): [label: number, indices: number[]][] {
  const byLabel = new Map<number, number[]>();
  images.label.forEach((label, i) => {
    const known = byLabel.get(label);
    if (known) known.push(i);
    else byLabel.set(label, [i]);
  });
  return [...byLabel].sort(([a], [b]) => a - b);
}

/** Faces in the order asked for; those that do not tell their age or yaw stay as they were made. */
export function ordered(faces: readonly Face[], order: Order): Face[] {
  if (order === 'made') return [...faces];
  return [...faces].sort((a, b) => (a[order] ?? 0) - (b[order] ?? 0) || a.index - b.index);
}

/** What makes a face suspicious, worst first. */
export const RANKINGS = {
  identity: {
    title: 'lowest identity cosine',
    /** The larger, the worse; undefined where it cannot be told. */
    badness: (face: Face) => -(face.toAsked ?? face.toCentre),
  },
  anchor: {
    title: 'farthest from the anchor',
    badness: (face: Face) => (face.toAnchor === undefined ? undefined : -face.toAnchor),
  },
  age: { title: 'age farthest from asked', badness: (face: Face) => gap(face.predictedAge, face.age) },
  yaw: { title: 'yaw farthest from asked', badness: (face: Face) => gap(face.predictedYaw, face.yaw) },
  copied: { title: 'nearest to a training face', badness: (face: Face) => face.nearest?.cosine },
} as const;
export type Ranking = keyof typeof RANKINGS;
export const isRanking = (name: string): name is Ranking => Object.hasOwn(RANKINGS, name);

/** The `count` worst faces of a dataset; none where the dataset does not tell. */
export function worst(inspection: Inspection, by: Ranking, count: number): Face[] {
  const { badness } = RANKINGS[by];
  return inspection.images.label
    .map((_, i) => faceOf(inspection, i))
    .flatMap((face) => {
      const bad = badness(face);
      return bad === undefined ? [] : [{ face, bad }];
    })
    .sort((a, b) => b.bad - a.bad)
    .slice(0, count)
    .map(({ face }) => face);
}

/** The identities whose images lie farthest from what was asked, on average, worst first. */
export function worstLabels(inspection: Inspection): number[] {
  return imagesByLabel(inspection)
    .map(([label, indices]) => {
      const bad = mean(indices.map((i) => RANKINGS.identity.badness(faceOf(inspection, i))));
      return { label, bad };
    })
    .sort((a, b) => b.bad - a.bad)
    .map(({ label }) => label);
}

function gap(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.abs(a - b);
}
