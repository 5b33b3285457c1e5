import type { Occlusion } from './occlusion.ts';
import type { Shot } from './shot.ts';

/** How a surface answers to light. */
export interface Surface {
  /** How far light creeps past the terminator, for red, green and blue: skin glows warm there. */
  wrap: readonly [number, number, number];
  /** Specular strength and exponent. */
  shine: number;
  gloss: number;
}
export const SKIN: Surface = { wrap: [0.32, 0.16, 0.1], shine: 0.16, gloss: 14 };
export const HAIR: Surface = { wrap: [0.4, 0.4, 0.4], shine: 0.05, gloss: 10 };
export const EYE: Surface = { wrap: [0.3, 0.3, 0.3], shine: 0.9, gloss: 90 };

/** The open share of what has no occlusion of its own: eyes, which lie deep, and hair. */
const OPEN = 0.85;

/** What light that is scattered within cavities, such as the mouth, adds to their open share. */
const CAVITY = 0.1;

/** Sky above is brighter than the ground. */
const SKY = 1.15;
const GROUND = 0.7;

/** What is lit, and by what. */
export interface Scene {
  surface: Surface;
  light: Shot['light'];
  /** Of the head's skin: what hides it from light, in the head's own space, and the rotation from there to the camera's. */
  shadows?: { occlusion: Occlusion; rotation: readonly number[] };
}

const UPRIGHT: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Light of each vertex from normals [count,3] in camera space: writes [count,4], red, green, blue and specular. */
export function illuminate(
  normals: Float32Array,
  count: number,
  { surface, light, shadows }: Scene,
  out: Float32Array,
): void {
  const { azimuth, elevation, colour, ambient } = light;
  const occlusion = shadows?.occlusion;
  const [az, el] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const lx = Math.sin(az) * Math.cos(el);
  const ly = Math.sin(el);
  const lz = Math.cos(az) * Math.cos(el);
  // Half-way between lamp and viewer (at +z).
  const half = 1 / Math.hypot(lx, ly, lz + 1);
  const [hx, hy, hz] = [lx * half, ly * half, (lz + 1) * half];
  // The lamp in the head's own space.
  const r = shadows?.rotation ?? UPRIGHT;
  const [ox, oy, oz] = [
    r[0] * lx + r[3] * ly + r[6] * lz,
    r[1] * lx + r[4] * ly + r[7] * lz,
    r[2] * lx + r[5] * ly + r[8] * lz,
  ];
  const [wr, wg, wb] = surface.wrap;
  for (let v = 0, k = 0, o = 0; v < count; v++, k += 3, o += 4) {
    const ny = normals[k + 1];
    const cosine = normals[k] * lx + ny * ly + normals[k + 2] * lz;
    let open = OPEN;
    let reach = 1;
    if (occlusion !== undefined) {
      open = CAVITY + (1 - CAVITY) * occlusion.open[v];
      // The open part is about a cone around `towards`; its half-angle follows from its share.
      const rim = Math.sqrt(1 - occlusion.open[v]) - 0.25;
      const inside =
        occlusion.towards[k] * ox + occlusion.towards[k + 1] * oy + occlusion.towards[k + 2] * oz - rim;
      const soft = inside * 2.5 + 0.5;
      reach = soft <= 0 ? 0 : soft >= 1 ? 1 : soft * soft * (3 - 2 * soft);
    }
    const gloss = normals[k] * hx + ny * hy + normals[k + 2] * hz;
    out[o + 3] = cosine > 0 && gloss > 0 ? surface.shine * reach * gloss ** surface.gloss : 0;
    const around = open * (0.5 * (SKY + GROUND) + 0.5 * (SKY - GROUND) * ny);
    const red = (cosine + wr) / (1 + wr);
    const green = (cosine + wg) / (1 + wg);
    const blue = (cosine + wb) / (1 + wb);
    out[o] = ambient[0] * around + (red > 0 ? colour[0] * reach * red : 0);
    out[o + 1] = ambient[1] * around + (green > 0 ? colour[1] * reach * green : 0);
    out[o + 2] = ambient[2] * around + (blue > 0 ? colour[2] * reach * blue : 0);
  }
}
