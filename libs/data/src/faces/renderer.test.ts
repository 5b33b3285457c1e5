import { beforeAll, describe, expect, it } from 'vitest';
import { Rng, UserError } from '@id3/core';
import { FaceRenderer, PRIORS, drawPerson, drawShot, templateFor, type Person, type Shot } from '../index.ts';
import { assetFolder } from './assets.ts';
import { computeNormals } from './geometry.ts';
import { loadHeadMesh } from './mesh.ts';
import { computeOcclusion } from './occlusion.ts';

let renderer: FaceRenderer;
beforeAll(async () => {
  renderer = await FaceRenderer.load();
});

const person: Person = { ...drawPerson(1, 'train', 0) };
const shotOf = (i: number) => drawShot(new Rng(2, i), PRIORS.wild, person);
/** A picture for a passport. */
const plain = (changes: Partial<Shot> = {}): Shot => ({
  age: 30,
  yaw: 0,
  pitch: 0,
  roll: 0,
  expression: new Map(),
  light: { azimuth: 0, elevation: 20, colour: [0.7, 0.7, 0.7], ambient: [0.6, 0.6, 0.6] },
  hair: { style: 'none', colour: [0.1, 0.1, 0.1] },
  beard: 'none',
  background: [
    [0.3, 0.3, 0.3],
    [0.3, 0.3, 0.3],
  ],
  distance: 14,
  blur: 0,
  noise: { std: 0, seed: 0 },
  jitter: { x: 0, y: 0, scale: 1 },
  ...changes,
});

/** Mean absolute difference of two pictures in grey levels. */
const difference = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;

function mirrored(rgb: Uint8Array, size: number): Uint8Array {
  return rgb.map((_, i) => {
    const [row, column, channel] = [Math.floor(i / 3 / size), Math.floor(i / 3) % size, i % 3];
    return rgb[(row * size + size - 1 - column) * 3 + channel];
  });
}

describe('a rendered face', () => {
  it('is the same for the same arguments, whatever was rendered before', async () => {
    const first = renderer.render(person, shotOf(1), 48);
    renderer.render(drawPerson(1, 'test', 3), shotOf(2), 48);
    expect(renderer.render(renderer.prepare(person), shotOf(1), 48)).toEqual(first);
    expect((await FaceRenderer.load()).render(person, shotOf(1), 48)).toEqual(first);
    expect(renderer.render(person, shotOf(2), 48).rgb).not.toEqual(first.rgb);
  });
  it('lies on the template when seen from the front', () => {
    for (let i = 0; i < 20; i++) {
      const { landmarks } = renderer.render(drawPerson(1, 'train', i), plain(), 112);
      const distances = templateFor(112).map(([x, y], k) =>
        Math.hypot(x - landmarks[k][0], y - landmarks[k][1]),
      );
      expect(Math.max(...distances)).toBeLessThan(9);
      expect(distances.reduce((sum, d) => sum + d, 0) / 5).toBeLessThan(5);
    }
  });
  it('keeps its size and stays in the picture when it turns', () => {
    const height = (yaw: number) => {
      const { landmarks } = renderer.render(person, plain({ yaw }), 112);
      for (const value of landmarks.flat()) {
        expect(value).toBeGreaterThan(5);
        expect(value).toBeLessThan(107);
      }
      return (landmarks[3][1] + landmarks[4][1] - landmarks[0][1] - landmarks[1][1]) / 2;
    };
    const frontal = height(0);
    for (const yaw of [-90, -75, -40, 40, 75, 90]) {
      expect(height(yaw) / frontal).toBeGreaterThan(0.8);
      expect(height(yaw) / frontal).toBeLessThan(1.25);
    }
  });
  it('turns to the image side that the sign of yaw says, and up with positive pitch', () => {
    const nose = (shot: Partial<Shot>) => {
      const { landmarks: l } = renderer.render(person, plain(shot), 112);
      const eyes = [(l[0][0] + l[1][0]) / 2, (l[0][1] + l[1][1]) / 2];
      const mouth = [(l[3][0] + l[4][0]) / 2, (l[3][1] + l[4][1]) / 2];
      return { x: l[2][0] - (eyes[0] + mouth[0]) / 2, y: l[2][1] - (eyes[1] + mouth[1]) / 2 };
    };
    expect(nose({ yaw: 30 }).x).toBeGreaterThan(5);
    expect(nose({ yaw: -30 }).x).toBeLessThan(-5);
    expect(nose({ pitch: 15 }).y).toBeLessThan(nose({ pitch: -15 }).y - 3);
  });
  it('has the eyes where its landmarks say', () => {
    const size = 112;
    const [dark, light] = (['brown', 'ice'] as const).map((iris) =>
      renderer.render({ ...person, iris }, plain(), size),
    );
    for (const [eye, from, to] of [
      [0, 0, size / 2],
      [1, size / 2, size],
    ]) {
      let [total, sumX, sumY] = [0, 0, 0];
      for (let y = 0; y < size; y++) {
        for (let x = from; x < to; x++) {
          const i = (y * size + x) * 3;
          const change = Math.abs(dark.rgb[i + 2] - light.rgb[i + 2]);
          total += change;
          sumX += x * change;
          sumY += y * change;
        }
      }
      expect(total).toBeGreaterThan(200);
      expect(
        Math.hypot(sumX / total - dark.landmarks[eye][0], sumY / total - dark.landmarks[eye][1]),
      ).toBeLessThan(2.5);
    }
  });
  it('is mirrored when yaw changes sign', () => {
    const even: Person = { ...person, skin: { ...person.skin, moles: [], freckles: 0 } };
    const [right, left] = [35, -35].map((yaw) => renderer.render(even, plain({ yaw }), 64).rgb);
    const apart = difference(right, left);
    const together = difference(right, mirrored(left, 64));
    expect(together).toBeLessThan(4);
    expect(apart).toBeGreaterThan(5 * together);
  });
  it('ages in shape and in skin', () => {
    const [child, young, old] = [8, 30, 75].map((age) =>
      renderer.render(person, plain({ age, yaw: 60 }), 112),
    );
    const moved = (a: typeof young, b: typeof young) =>
      Math.max(...a.landmarks.map(([x, y], k) => Math.hypot(x - b.landmarks[k][0], y - b.landmarks[k][1])));
    expect(moved(child, young)).toBeGreaterThan(1);
    expect(moved(young, old)).toBeGreaterThan(0.5);
    // Wrinkles: differences of neighbouring pixels on the cheek.
    const roughness = ({ rgb }: typeof young) => {
      let sum = 0;
      for (let y = 60; y < 85; y++) {
        for (let x = 40; x < 60; x++) sum += Math.abs(rgb[(y * 112 + x) * 3] - rgb[(y * 112 + x + 1) * 3]);
      }
      return sum;
    };
    expect(roughness(old)).toBeGreaterThan(1.2 * roughness(young));
  });
  it('differs more between people than between moments of one', () => {
    const calm = {
      ...PRIORS.lfwLike,
      yawRange: [0, 5] as [number, number],
      light: 0,
      jitter: 0,
      beardShare: 0,
    };
    const picture = (index: number, shot: number) => {
      const p = drawPerson(1, 'train', index);
      const drawn = drawShot(new Rng(1, index, shot), calm, p);
      const background: Shot['background'] = plain().background;
      return renderer.render(p, { ...drawn, background, hair: plain().hair }, 32).rgb;
    };
    let [same, other] = [0, 0];
    for (let i = 0; i < 12; i++) {
      same += difference(picture(i, 0), picture(i, 1));
      other += difference(picture(i, 0), picture(i + 12, 1));
    }
    expect(other).toBeGreaterThan(1.7 * same);
  });
  it('is refused in senseless sizes', () => {
    expect(() => renderer.render(person, plain(), 4)).toThrow(UserError);
    expect(() => renderer.render(person, plain(), 32.5)).toThrow(UserError);
  });
});

describe('the head mesh', () => {
  const mesh = loadHeadMesh(assetFolder(), []);
  const normals = new Float32Array(3 * mesh.count);
  computeNormals(mesh.positions, mesh.skinCount, mesh.skin, normals);
  it('has normals that point outwards', () => {
    const nose = mesh.landmarks[2];
    expect(normals[3 * nose + 2]).toBeGreaterThan(0.8);
  });
  it('is open at the nose and closed in the mouth', () => {
    const { open } = computeOcclusion(mesh.positions, normals, mesh.skinCount, mesh.skin);
    expect(open[mesh.landmarks[2]]).toBeGreaterThan(0.9);
    expect(open.some((share) => share < 0.05)).toBe(true);
    for (const share of open) expect(share).toBeLessThanOrEqual(1);
  });
});
