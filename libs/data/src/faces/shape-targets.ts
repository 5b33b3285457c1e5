import { Rng } from '@id3/core';

/**
 * MakeHuman's head-shape targets that make an identity: `part: axis lower|upper …`, one axis per pair of opposites. Those of
 * `eye`, `cheek` and `ear` move both sides. Left out: what moves one half of the face only, ageing, and the head as a whole.
 */
const AXES: Readonly<Record<string, string>> = {
  'cheek/cheek': 'bones in|out, inner deflate|inflate, trans-vert down|up, volume deflate|inflate',
  'chin/chin':
    'bones in|out, cleft in|out, height max|min, jaw-drop less|more, prognathism less|more, prominent less|more, width max|min',
  'ears/ear':
    'flap in|out, height max|min, lobe max|min, rot backward|forward, shape1 pointed|triangle, shape2 round|square, size big|small, trans-depth backward|forward, trans-vert down|up, width max|min, wing in|out',
  'eyebrows/eyebrows': 'angle down|up, trans-depth less|more, trans-vert less|more',
  'eyes/eye':
    'bag-height max|min, bag in|out, bag max|min, corner1 down|up, corner2 down|up, epicanthus in|out, eyefold-angle down|up, eyefold concave|convex, eyefold down|up, height1 max|min, height2 max|min, height3 max|min, move down|up, move in|out, push1 in|out, push2 in|out, size big|small',
  'forehead/forehead': 'nubian less|more, scale-vert less|more, temple in|out',
  'head/head':
    'back-scale-depth less|more, scale-depth less|more, scale-horiz less|more, scale-vert less|more',
  'mouth/mouth':
    'angles down|up, cupidsbow decr|incr, cupidsbow-width max|min, dimples in|out, laugh-lines in|out, lowerlip-ext down|up, lowerlip-height max|min, lowerlip-middle down|up, lowerlip-volume deflate|inflate, lowerlip-width max|min, philtrum-volume decrease|increase, scale-depth decr|incr, scale-horiz decr|incr, scale-vert decr|incr, trans backward|forward, trans down|up, upperlip-ext down|up, upperlip-height max|min, upperlip-middle down|up, upperlip-volume deflate|inflate, upperlip-width max|min',
  'nose/nose':
    'compression compress|uncompress, curve concave|convex, flaring decr|incr, greek lessgreek|moregreek, height max|min, hump lesshump|morehump, nostril-width max|min, nostrils-angle down|up, point down|up, point-width less|more, scale-depth decr|incr, scale-horiz decr|incr, scale-vert decr|incr, septumangle decr|incr, trans-depth backward|forward, trans-vert down|up, volume point|potato, width1 max|min, width2 max|min, width3 max|min',
};

/** Outlines of the head, of which a person has at most one. */
const OUTLINES = ['diamond', 'invertedtriangular', 'oval', 'rectangular', 'round', 'square', 'triangular'];

/** Axes that are not drawn about 0 with the usual scale: in MakeHuman's full range noses become beaks, and its brows frown. */
const UNUSUAL: Readonly<Record<string, { centre?: number; scale?: number }>> = {
  'nose/nose-volume': { scale: 0.4 },
  'nose/nose-height': { scale: 0.6 },
  'nose/nose-compression': { scale: 0.6 },
  'eyebrows/eyebrows-angle': { centre: 0.3 },
  'head/head-scale-vert': { scale: 0.6 },
  'head/head-scale-horiz': { scale: 0.6 },
};

/** Scale of the half-normal weights. */
const SCALE = 0.35;

/** Opposites such as `nose/nose-hump-lesshump` and `…-morehump`, and the normal distribution of the weight, upper positive. */
const SHAPE_AXES = Object.entries(AXES).flatMap(([part, axes]) =>
  axes.split(', ').map((axis) => {
    const [stem, ends] = axis.split(' ');
    const [lower, upper] = ends.split('|').map((end) => `${part}-${stem}-${end}`);
    const { centre = 0, scale = 1 } = UNUSUAL[`${part}-${stem}`] ?? {};
    return { lower, upper, mean: centre, std: SCALE * scale };
  }),
);

/** Weights in (0,1] by target: on each axis one of the opposites, and for most people an outline of the head. */
export function drawShape(rng: Rng): Map<string, number> {
  const shape = new Map<string, number>();
  for (const { lower, upper, mean, std } of SHAPE_AXES) {
    const weight = rng.truncatedNormal(mean, std, -1, 1);
    shape.set(weight < 0 ? lower : upper, Math.abs(weight));
  }
  if (rng.chance(0.8)) shape.set(`head/head-${rng.pick(OUTLINES)}`, rng.uniform(0.1, 0.5));
  return shape;
}

/** The targets in MakeHuman's list that a name of {@link drawShape} stands for: one, or both sides'. */
export function sidesOf(name: string): readonly string[] {
  const [part, target] = name.split('/');
  return ['cheek', 'ears', 'eyes'].includes(part) ? [`${part}/l-${target}`, `${part}/r-${target}`] : [name];
}

/** Every name that {@link drawShape} may give. */
export const SHAPE_TARGETS: readonly string[] = [
  ...SHAPE_AXES.flatMap(({ lower, upper }) => [lower, upper]),
  ...OUTLINES.map((outline) => `head/head-${outline}`),
];
