import { GENDERS, type Gender } from '../datasets/manifest.ts';
import { addTarget, type Target } from './assets.ts';
import type { HeadMesh } from './mesh.ts';
import type { Person } from './person.ts';
import { sidesOf } from './shape-targets.ts';
import type { Shot } from './shot.ts';
import { RACES } from './textures.ts';

/** Ages (years) that MakeHuman models; ages between them are blends of two. */
const AGE_NODES = [
  { name: 'baby', age: 1 },
  { name: 'child', age: 10 },
  { name: 'young', age: 25 },
  { name: 'old', age: 88 },
] as const;

/** What age does to a head beyond MakeHuman's macro shapes: years at which it starts and is complete, and its weight then. */
const SAGGING: readonly { target: string; from: number; to: number; weight: number }[] = [
  { target: 'head/head-age-more', from: 35, to: 80, weight: 0.9 },
  { target: 'head/head-age-less', from: 20, to: 8, weight: 0.5 },
  { target: 'mouth/mouth-laugh-lines-in', from: 35, to: 75, weight: 0.8 },
  { target: 'eyes/eye-bag-max', from: 40, to: 75, weight: 0.8 },
  { target: 'eyes/eye-eyefold-down', from: 45, to: 80, weight: 0.6 },
  { target: 'mouth/mouth-upperlip-volume-deflate', from: 45, to: 80, weight: 0.7 },
  { target: 'mouth/mouth-lowerlip-volume-deflate', from: 45, to: 80, weight: 0.7 },
  { target: 'neck/neck-double-more', from: 45, to: 80, weight: 0.5 },
  { target: 'ears/ear-size-big', from: 45, to: 80, weight: 0.5 },
];
export const SAGGING_TARGETS: readonly string[] = SAGGING.map(({ target }) => target);

/** Shares below this are left out of blends. */
const NEGLIGIBLE = 0.02;

/** Shares of two genders. */
export const genderShares = (gender: number): Record<Gender, number> => ({
  female: 1 - gender,
  male: gender,
});

/** A person's heads at the modelled ages, without expression: [count,3] each. */
export type HeadsByAge = readonly Float32Array[];

/** Blends the person's race, gender, build and head shape at each modelled age. */
export function headsByAge(mesh: HeadMesh, targets: ReadonlyMap<string, Target>, person: Person): HeadsByAge {
  const identity = Float32Array.from(mesh.positions);
  const add = (positions: Float32Array, name: string, weight: number) => {
    if (weight > NEGLIGIBLE) addTarget(positions, targets.get(name)!, weight);
  };
  for (const [name, weight] of person.shape) for (const side of sidesOf(name)) add(identity, side, weight);
  const gender = genderShares(person.gender);
  const build = {
    minweight: Math.max(0, -person.weight),
    averageweight: 1 - Math.abs(person.weight),
    maxweight: Math.max(0, person.weight),
  };
  return AGE_NODES.map(({ name: age }) => {
    const head = Float32Array.from(identity);
    for (const g of GENDERS) {
      for (const race of RACES) add(head, `macrodetails/${race}-${g}-${age}`, gender[g] * person.race[race]);
      for (const [weight, share] of Object.entries(build)) {
        add(head, `macrodetails/universal-${g}-${age}-averagemuscle-${weight}`, gender[g] * share);
      }
    }
    return head;
  });
}

/** Progress from `from` to `to`, 0 to 1; `to` may be the smaller. */
const progress = (x: number, from: number, to: number) => Math.min(Math.max((x - from) / (to - from), 0), 1);

/** A person's head at a shot's age and with its expression, blended from their heads at the modelled ages; writes [count,3]. */
export function poseHead(
  { person, heads }: { person: Person; heads: HeadsByAge },
  { age, expression }: Pick<Shot, 'age' | 'expression'>,
  targets: ReadonlyMap<string, Target>,
  out: Float32Array,
): void {
  const later = AGE_NODES.findIndex((node) => node.age >= age);
  const next = later < 0 ? AGE_NODES.length - 1 : Math.max(later, 1);
  const [younger, older] = [heads[next - 1], heads[next]];
  const t = progress(age, AGE_NODES[next - 1].age, AGE_NODES[next].age);
  for (let k = 0; k < out.length; k++) out[k] = younger[k] + t * (older[k] - younger[k]);
  for (const { target, from, to, weight } of SAGGING) {
    const w = weight * progress(age, from, to);
    if (w > 0) for (const side of sidesOf(target)) addTarget(out, targets.get(side)!, w);
  }
  for (const [unit, weight] of expression) {
    for (const race of RACES) {
      const w = weight * person.race[race];
      if (w > NEGLIGIBLE) addTarget(out, targets.get(`expression/units/${race}/${unit}`)!, w);
    }
  }
}
