import { join } from 'node:path';
import { GENDERS } from '../datasets/manifest.ts';
import { assetFolder, readTargets, type Target } from './assets.ts';
import { computeNormals } from './geometry.ts';
import { SAGGING_TARGETS } from './head.ts';
import { loadHeadMesh, type HeadMesh } from './mesh.ts';
import { computeOcclusion, type Occlusion } from './occlusion.ts';
import { BROW_STYLES, IRISES } from './person.ts';
import { SHAPE_TARGETS, sidesOf } from './shape-targets.ts';
import { BEARD_STYLES, HAIR_STYLES } from './shot.ts';
import {
  RACES,
  SKIN_AGES,
  colourless,
  halved,
  matchTone,
  moveToAtlas,
  readSkin,
  readTexture,
  type Texture,
} from './textures.ts';

export const EYES = 'eyes/HighPolyEyes';
export const LASHES = 'eyelashes/eyelashes02';

/** Textures in full and half size. */
type Levels = readonly [Texture, Texture];
const withHalf = (texture: Texture): Levels => [texture, halved(texture)];

/** Everything that is read from the package. */
export interface FaceAssets {
  mesh: HeadMesh;
  targets: ReadonlyMap<string, Target>;
  occlusion: Occlusion;
  /** By level of detail, then by `<age>_<race>_<gender>`. */
  skins: readonly [Map<string, Texture>, Map<string, Texture>];
  /** By proxy name; eyes by `eyes/<iris>`. */
  textures: ReadonlyMap<string, Levels>;
}

/** Textures whose file is not named after the proxy. */
const TEXTURE_FILES: Readonly<Record<string, string>> = {
  'hair/Full_beard': 'Full_beard_black_diff',
  'hair/Moustache': 'Moustache_black_diff',
  'hair/afro01': 'afro_diffuse',
  'hair/Wig_bun_blonde': 'wig_bun_blonde_diff1',
};
const proxyTexture = (name: string): string => {
  const [kind, style] = name.split('/');
  const file = TEXTURE_FILES[name] ?? (kind === 'hair' ? `${style}_diffuse` : style);
  return `public/data/proxies/${name}/textures/${file}.png`;
};

/** Reads meshes, targets and textures, and computes the neutral head's occlusion. */
export async function loadFaceAssets(): Promise<FaceAssets> {
  const folder = assetFolder();
  const coloured = [
    ...HAIR_STYLES.map((style) => `hair/${style}`),
    ...BEARD_STYLES.map((style) => `hair/${style}`),
    ...BROW_STYLES.map((style) => `eyebrows/${style}`),
    LASHES,
  ];
  const textures = new Map<string, Levels>();
  const skins = [new Map<string, Texture>(), new Map<string, Texture>()] as const;
  const reading = [
    ...coloured.map(async (name) => {
      const contrast = name.startsWith('hair') ? 0.7 : 0.3;
      textures.set(
        name,
        withHalf(colourless(await readTexture(join(folder, proxyTexture(name)), 256), contrast)),
      );
    }),
    ...IRISES.map(async (iris) => {
      const path = join(folder, `public/data/proxies/${EYES}/textures/${iris}_eye.png`);
      textures.set(`eyes/${iris}`, withHalf(await readTexture(path, 256)));
    }),
    ...RACES.flatMap((race) =>
      GENDERS.map(async (gender) => {
        const ages = await Promise.all(SKIN_AGES.map((age) => readSkin(folder, age, race, gender)));
        for (const [i, age] of SKIN_AGES.entries()) {
          matchTone(ages[i], ages[0]);
          withHalf(ages[i]).forEach((skin, level) => skins[level].set(`${age}_${race}_${gender}`, skin));
        }
      }),
    ),
  ];
  const mesh = loadHeadMesh(folder, [EYES, ...coloured]);
  moveToAtlas(mesh.skin.uvs);
  const used = new Set([...SHAPE_TARGETS, ...SAGGING_TARGETS].flatMap(sidesOf));
  const targets = readTargets(
    folder,
    mesh.compact,
    (name) =>
      used.has(name) ||
      name.startsWith('expression/units/') ||
      /^macrodetails\/(african|asian|caucasian)-/.test(name) ||
      /^macrodetails\/universal-.*-averagemuscle-/.test(name),
  );
  const normals = new Float32Array(3 * mesh.count);
  computeNormals(mesh.positions, mesh.skinCount, mesh.skin, normals);
  const occlusion = computeOcclusion(mesh.positions, normals, mesh.skinCount, mesh.skin);
  await Promise.all(reading);
  return { mesh, targets, occlusion, skins, textures };
}
