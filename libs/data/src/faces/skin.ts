import { Rng, sum } from '@id3/core';
import { GENDERS } from '../datasets/manifest.ts';
import { genderShares } from './head.ts';
import type { Person } from './person.ts';
import { ATLAS, RACES, SKIN_AGES, type SkinAge, type Texture } from './textures.ts';

/** Skins by `<age>_<race>_<gender>`. */
export type Skins = ReadonlyMap<string, Texture>;

/** Ages (years) that the skins show. */
const SKIN_YEARS: readonly number[] = [28, 50, 72];
/** Skins with a smaller share are left out of blends. */
const NEGLIGIBLE = 0.04;

/** A person's skin at each of the three ages that are painted, made when a picture first needs it. */
export type SkinsByAge = readonly (() => Texture)[];

/** Blends the skins of the person's race and gender, and adds what is their own: tone, freckles, moles. Each `level` halves the size. */
export function skinsByAge(skins: Skins, person: Person, level: number): SkinsByAge {
  const marks = personalMarks(person, level);
  return SKIN_AGES.map((age) => {
    let made: Texture | undefined;
    return () => (made ??= marked(blendSkins(skins, person, age), marks));
  });
}

function marked(skin: Texture, marks: Float32Array): Texture {
  const { data } = skin;
  for (let i = 0, p = 0; i < data.length; i += 4, p += 3) {
    data[i] *= marks[p];
    data[i + 1] *= marks[p + 1];
    data[i + 2] *= marks[p + 2];
  }
  return skin;
}

function blendSkins(skins: Skins, person: Person, age: SkinAge): Texture {
  const gender = genderShares(person.gender);
  const parts = RACES.flatMap((race) =>
    GENDERS.map((g) => ({ share: person.race[race] * gender[g], skin: skins.get(`${age}_${race}_${g}`)! })),
  ).filter(({ share }) => share > NEGLIGIBLE);
  const total = sum(parts.map(({ share }) => share));
  const [{ skin }] = parts;
  const data = new Float32Array(skin.data.length);
  for (const part of parts) {
    const weight = part.share / total;
    const from = part.skin.data;
    for (let i = 0; i < data.length; i++) data[i] += weight * from[i];
  }
  return { ...skin, data };
}

/** The face lies on its side in the texture: its centre line, and the columns of hairline and chin (texels of the atlas). */
const FACE = { centreRow: 176, halfWidth: 92, top: 85, bottom: 178 };

/** What a person's skin multiplies the blended one by: [height,width,3]. */
function personalMarks({ id, skin }: Person, level: number): Float32Array {
  const scale = 2 ** -level;
  const [width, height] = [ATLAS.width * scale, ATLAS.height * scale];
  const { melanin, redness, freckles, moles } = skin;
  const tone = [
    Math.exp(-0.16 * melanin + 0.03 * redness),
    Math.exp(-0.21 * melanin - 0.07 * redness),
    Math.exp(-0.27 * melanin - 0.06 * redness),
  ];
  const marks = new Float32Array(width * height * 3);
  for (let i = 0; i < marks.length; i++) marks[i] = tone[i % 3];
  const darken = (x: number, y: number, radius: number, depth: number) => {
    const [cx, cy, r] = [x * scale - 0.5, y * scale - 0.5, Math.max(radius * scale, 0.5)];
    const strength = depth * Math.min(1, (radius * scale) ** 2 / (r * r));
    const reach = 2 * r;
    for (let row = Math.max(0, Math.ceil(cy - reach)); row <= Math.min(height - 1, cy + reach); row++) {
      for (
        let column = Math.max(0, Math.ceil(cx - reach));
        column <= Math.min(width - 1, cx + reach);
        column++
      ) {
        const fall = Math.exp(-((column - cx) ** 2 + (row - cy) ** 2) / (r * r));
        for (let k = 0; k < 3; k++)
          marks[(row * width + column) * 3 + k] *= 1 - strength * fall * (0.7 + 0.15 * k);
      }
    }
  };
  const onFace = (x: number, y: number) =>
    [FACE.top + y * (FACE.bottom - FACE.top), FACE.centreRow + (2 * x - 1) * FACE.halfWidth] as const;
  for (const mole of moles) darken(...onFace(mole.x, mole.y), mole.radius, mole.depth);
  if (freckles > 0) {
    const rng = new Rng(id, 'freckles');
    for (let i = 0; i < 160 * freckles; i++) {
      const [x, y] = [rng.truncatedNormal(0.5, 0.2, 0.1, 0.9), rng.truncatedNormal(0.4, 0.18, 0, 0.9)];
      darken(...onFace(x, y), rng.uniform(0.6, 1.1), rng.uniform(0.1, 0.35));
    }
  }
  return marks;
}

/** A person's skin at an age (years): the blend of the two painted ages around it; writes `out`. */
export function skinAtAge(skins: SkinsByAge, age: number, out: Texture): void {
  const position = age <= SKIN_YEARS[1] ? 0 : 1;
  const t = (age - SKIN_YEARS[position]) / (SKIN_YEARS[position + 1] - SKIN_YEARS[position]);
  // Beyond the painted ages the change goes on a little.
  const weight = Math.min(Math.max(t, 0), 1.2);
  const [a, b, target] = [skins[position]().data, skins[position + 1]().data, out.data];
  // All of them are as opaque.
  for (let i = 0; i < target.length; i += 4) {
    target[i] = a[i] + weight * (b[i] - a[i]);
    target[i + 1] = a[i + 1] + weight * (b[i + 1] - a[i + 1]);
    target[i + 2] = a[i + 2] + weight * (b[i + 2] - a[i + 2]);
  }
}
