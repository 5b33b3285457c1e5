import { gaussianBlur, gaussianNoise, jpeg, occlusion, type Corruption } from './corruptions.ts';

/** What may befall the second picture of a pair: `pgd` by an attacker who knows the network, the others by chance. */
export const disturbanceNames = ['blur', 'noise', 'jpeg', 'occlusion', 'pgd'] as const;
export type DisturbanceName = (typeof disturbanceNames)[number];

export interface Disturbance {
  readonly title: string;
  /** What the strengths are. */
  readonly unit: string;
  /** From weak to strong. */
  readonly strengths: readonly number[];
  /** Absent in an attack, which depends on the pair and the recogniser too. */
  readonly corrupt?: Corruption;
}

/** Steps of PGD; each is of α = 2.5·ε/steps, as Madry et al. (2018) take it: from anywhere in the ball its border can be reached. */
export const PGD_STEPS = 10;
/** The most pairs that are attacked: one costs as much as training on 2·{@link PGD_STEPS} pictures. */
export const PGD_PAIRS = 600;

/** Everything that a recogniser is tried on. */
export const DISTURBANCES: Readonly<Record<DisturbanceName, Disturbance>> = {
  blur: {
    title: 'Gaussian blur',
    unit: 'σ in pixels of a 32-pixel face',
    strengths: [0.5, 1, 2],
    corrupt: gaussianBlur,
  },
  noise: {
    title: 'Gaussian noise',
    unit: 'σ in grey levels',
    strengths: [8, 16, 32],
    corrupt: gaussianNoise,
  },
  jpeg: { title: 'JPEG', unit: 'quality', strengths: [50, 20, 10], corrupt: jpeg },
  occlusion: {
    title: 'Occlusion',
    unit: 'share of the face covered',
    strengths: [0.05, 0.15, 0.3],
    corrupt: occlusion,
  },
  pgd: {
    title: 'PGD',
    unit: `ε of L∞ in grey levels, ${PGD_STEPS} steps of ${2.5 / PGD_STEPS}·ε by the recogniser's own gradient, on at most ${PGD_PAIRS} pairs`,
    strengths: [1, 2, 4],
  },
};

/** One disturbance at one strength. */
export interface Condition {
  readonly disturbance: DisturbanceName;
  readonly strength: number;
}

export const CONDITIONS: readonly Condition[] = disturbanceNames.flatMap((disturbance) =>
  DISTURBANCES[disturbance].strengths.map((strength) => ({ disturbance, strength })),
);

/** The name under which a disturbed benchmark is recorded, such as `rendered-lfw blur 0.5`; undisturbed it keeps its own. */
export const conditionName = (benchmark: string, { disturbance, strength }: Condition): string =>
  `${benchmark} ${disturbance} ${strength}`;
