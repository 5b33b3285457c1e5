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
    title: 'occlusion',
    unit: 'share of the face covered',
    strengths: [0.05, 0.15, 0.3],
    corrupt: occlusion,
  },
  pgd: { title: 'PGD', unit: 'ε in grey levels', strengths: [1, 2, 4] },
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
