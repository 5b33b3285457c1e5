import { z } from 'zod';
import type { Rng } from '@id3/core';
import { HAIR_COLOURS, mixColours, vary, type Colour, type Person } from './person.ts';

const range = (low: number, high: number) =>
  z
    .tuple([z.number().min(low).max(high), z.number().min(low).max(high)])
    .refine(([from, to]) => from <= to, 'the first number must not exceed the second');

/** What pictures are drawn from. */
export const priorSchema = z.strictObject({
  /** Years. */
  ageRange: range(5, 80).default([15, 75]),
  /** Where given: ages lie within this many years of the person's base age (and in ageRange). */
  ageSpread: z.number().min(0).max(80).optional(),
  /** Degrees by which the head turns to either side. */
  yawRange: range(0, 90).default([0, 75]),
  /** Share of pictures whose yaw is normal with deviation frontalStd instead of uniform. */
  frontalShare: z.number().min(0).max(1).default(0.4),
  frontalStd: z.number().min(0).max(45).default(12),
  /** Degrees: standard deviations of pitch, and of roll that alignment leaves. */
  pitchStd: z.number().min(0).max(30).default(7),
  rollStd: z.number().min(0).max(20).default(1.5),
  /** 0 neutral to 1 lively. */
  expression: z.number().min(0).max(1).default(0.7),
  /** 0 even light from the front to 1 strong coloured light from any side. */
  light: z.number().min(0).max(1).default(0.7),
  /** Share of pictures (of men) with a beard. */
  beardShare: z.number().min(0).max(1).default(0.25),
  /** Greatest standard deviations of blur (pixels of a 112×112 picture) and noise (0 to 255). */
  blur: z.number().min(0).max(4).default(0.8),
  noise: z.number().min(0).max(40).default(5),
  /** Standard deviation of the crop's shift, pixels of a 112×112 picture. */
  jitter: z.number().min(0).max(10).default(1),
});
export type Prior = z.infer<typeof priorSchema>;
/** A prior in which some options are left to their defaults. */
export type PriorInput = z.input<typeof priorSchema>;

/** Priors by name: `wild` for training pools; `lfwLike` for nearly frontal pictures without an age gap. */
export const PRIORS = {
  wild: priorSchema.parse({}),
  lfwLike: priorSchema.parse({
    ageSpread: 5,
    yawRange: [0, 25],
    frontalShare: 0.6,
    frontalStd: 8,
    pitchStd: 5,
    expression: 0.5,
    light: 0.4,
  }),
} as const satisfies Record<string, Prior>;

/** Hair, beard and their colour change from picture to picture; they tell nothing of the identity. Styles that hide the face are left out. */
export const HAIR_STYLES = [
  'short01',
  'short02',
  'short04',
  'afro01',
  'ponytail01',
  'Wig_bun_blonde',
  'long01',
] as const;
export type HairStyle = (typeof HAIR_STYLES)[number] | 'none';
/** Styles that men wear too. */
const MENS_STYLES = 5;
export const BEARD_STYLES = ['Full_beard', 'Moustache'] as const;
export type BeardStyle = (typeof BEARD_STYLES)[number] | 'none';

/** Everything of a picture that is not the person. */
export interface Shot {
  /** Years, 5 to 80. */
  age: number;
  /** Degrees: -90 turned to the image's left to 90. */
  yaw: number;
  /** Degrees: positive looks up. */
  pitch: number;
  /** Degrees by which the aligned face stays turned clockwise. */
  roll: number;
  /** Weights in [0,1] of expression units such as `mouth-corner-puller`. */
  expression: ReadonlyMap<string, number>;
  light: {
    /** Where it comes from, degrees: azimuth to the image's right, elevation upwards. */
    azimuth: number;
    elevation: number;
    /** Linear light of the lamp and from all around. */
    colour: Colour;
    ambient: Colour;
  };
  hair: { style: HairStyle; colour: Colour };
  beard: BeardStyle;
  /** Colour of the image's top and bottom. */
  background: readonly [Colour, Colour];
  /** Distance of the camera, decimetres. */
  distance: number;
  /** Standard deviation, pixels of a 112×112 picture. */
  blur: number;
  /** Standard deviation, 0 to 255, and the stream it is drawn from. */
  noise: { std: number; seed: number };
  /** Shift (pixels of a 112×112 picture) and scale of the crop. */
  jitter: { x: number; y: number; scale: number };
}

/** Yaw in degrees: normal for the frontal share, otherwise uniform in the range, to either side. */
function drawYaw(rng: Rng, { yawRange: [from, to], frontalShare, frontalStd }: Prior): number {
  const side = rng.chance(0.5) ? 1 : -1;
  const uniform = rng.uniform(from, to);
  if (!rng.chance(frontalShare) || frontalStd === 0) return side * uniform;
  const frontal = Math.abs(rng.truncatedNormal(0, frontalStd, -3 * frontalStd, 3 * frontalStd));
  return side * Math.min(Math.max(frontal, from), to);
}

function drawAge(rng: Rng, { ageRange: [from, to], ageSpread }: Prior, baseAge: number): number {
  if (ageSpread === undefined) return rng.uniform(from, to);
  return Math.min(Math.max(baseAge + rng.uniform(-ageSpread, ageSpread), from), to);
}

/** Both sides' units move together, but for small differences. */
const symmetric = (name: string) => [name.replace('#', 'left'), name.replace('#', 'right')];

function drawExpression(rng: Rng, strength: number): Map<string, number> {
  const units = new Map<string, number>();
  if (strength === 0) return units;
  const add = (names: readonly string[], weight: number) => {
    for (const name of names) {
      const value = weight * strength * rng.uniform(0.85, 1);
      if (value > 0.02) units.set(name, Math.min(1, (units.get(name) ?? 0) + value));
    }
  };
  const smile = rng.chance(0.5) ? rng.uniform(0.2, 1) : 0;
  add(['mouth-corner-puller'], smile);
  add(symmetric('eye-#-slit'), smile * rng.uniform(0, 0.6));
  if (rng.chance(0.35)) add(['mouth-open'], rng.uniform(0.05, 0.5));
  if (smile === 0 && rng.chance(0.4)) {
    const unit = rng.pick(['mouth-depression', 'mouth-compression', 'mouth-pursing', 'mouth-elevation']);
    add([unit], rng.uniform(0.1, 0.6));
  }
  if (rng.chance(0.3)) add(symmetric('eyebrows-#-up'), rng.uniform(0.1, 0.8));
  else if (rng.chance(0.3)) add(symmetric('eyebrows-#-down'), rng.uniform(0.1, 0.8));
  if (rng.chance(0.15)) add(symmetric('eye-#-opened-up'), rng.uniform(0.1, 0.7));
  else if (rng.chance(0.15)) add(symmetric('eye-#-closure'), rng.uniform(0.1, 0.5));
  return units;
}

function drawLight(rng: Rng, strength: number): Shot['light'] {
  const azimuth = strength * rng.uniform(-80, 80);
  const elevation = 25 + strength * rng.uniform(-35, 40);
  const exposure = Math.exp(strength * rng.normal(0, 0.22));
  // Share of the light that comes from all around, and its tint from candle to sky.
  const share = rng.uniform(0.5 - 0.25 * strength, 0.65);
  const warmth = strength * rng.normal(0, 0.13);
  const tint = (light: number, sign: number): Colour => [
    light * Math.exp(sign * warmth),
    light,
    light * Math.exp(-sign * warmth * 1.4),
  ];
  return {
    azimuth,
    elevation,
    colour: tint(exposure * (1 - share) * 1.5, 1),
    ambient: tint(exposure * share * 1.15, -0.5),
  };
}

function drawHairStyle(rng: Rng, gender: number): HairStyle {
  const male = gender > 0.5;
  if (rng.chance(male ? 0.15 : 0.03)) return 'none';
  return male && rng.chance(0.9) ? HAIR_STYLES[rng.int(MENS_STYLES)] : rng.pick(HAIR_STYLES);
}

const DYES = ['black', 'darkBrown', 'brown', 'blond', 'red'] as const;

/** Hair greys with age, at any time from 35 on; some people dye it. */
function drawHairColour(rng: Rng, age: number, natural: Colour): Colour {
  if (rng.chance(0.25)) return vary(rng, HAIR_COLOURS[rng.pick(DYES)]);
  const grey = Math.min(Math.max((age - rng.uniform(35, 65)) / 20, 0), 1);
  const old = rng.chance(0.5) ? HAIR_COLOURS.white : HAIR_COLOURS.grey;
  return vary(rng, mixColours(natural, old, grey));
}

/** Draws a picture of a person: a function of the stream, the prior and the person. */
export function drawShot(rng: Rng, prior: Prior, person: Person): Shot {
  const age = drawAge(rng, prior, person.baseAge);
  const background = rng.uniform(0.02, 0.7);
  const wall = (): Colour => [
    background * Math.exp(rng.normal(0, 0.18)),
    background * Math.exp(rng.normal(0, 0.12)),
    background * Math.exp(rng.normal(0, 0.2)),
  ];
  return {
    age,
    yaw: drawYaw(rng, prior),
    pitch: rng.truncatedNormal(0, prior.pitchStd, -15, 15),
    roll: rng.normal(0, prior.rollStd),
    expression: drawExpression(rng, prior.expression),
    light: drawLight(rng, prior.light),
    hair: {
      style: drawHairStyle(rng, person.gender),
      colour: drawHairColour(rng, age, person.hair),
    },
    beard: rng.chance(prior.beardShare) ? rng.pick(BEARD_STYLES) : 'none',
    background: [wall(), wall()],
    distance: rng.uniform(9, 20),
    blur: rng.uniform(0, prior.blur),
    noise: { std: rng.uniform(0, prior.noise), seed: rng.int(2 ** 31) },
    jitter: {
      x: rng.normal(0, prior.jitter),
      y: rng.normal(0, prior.jitter),
      scale: Math.exp(rng.normal(0, 0.02 * prior.jitter)),
    },
  };
}
