import { describe, expect, it } from 'vitest';
import { Rng } from '@id3/core';
import { Frame, downsample, toSrgb } from './rasteriser.ts';
import type { Texture } from './textures.ts';

const SIZE = 12;
const white: Texture = { width: 1, height: 1, data: Float32Array.of(1, 1, 1, 1) };
const glass: Texture = { width: 1, height: 1, data: Float32Array.of(0.5, 0.5, 0.5, 0.5) };

/** Random triangles that do not share vertices, partly outside the frame. */
function randomTriangles(seed: number, count: number) {
  const rng = new Rng(seed, 'triangles');
  const screen = Float32Array.from({ length: count * 9 }, (_, i) =>
    i % 3 === 2 ? rng.uniform(0.1, 1) : rng.uniform(-2, SIZE + 1),
  );
  const light = Float32Array.from({ length: count * 12 }, (_, i) => (i % 4 === 3 ? 0 : rng.uniform()));
  const corners = Uint16Array.from({ length: count * 3 }, (_, i) => i);
  return { vertices: { screen, light }, triangles: { corners, uvs: new Float32Array(count * 6) } };
}

/** Barycentric weights by Cramer's rule in double precision; undefined outside. */
function barycentric(screen: Float32Array, t: number, x: number, y: number): number[] | undefined {
  const p = [0, 1, 2].map((k) => [screen[9 * t + 3 * k], screen[9 * t + 3 * k + 1]]);
  const cross = (a: number[], b: number[], q: number[]) =>
    (b[0] - a[0]) * (q[1] - a[1]) - (b[1] - a[1]) * (q[0] - a[0]);
  const area = cross(p[0], p[1], p[2]);
  const w = [cross(p[1], p[2], [x, y]), cross(p[2], p[0], [x, y]), cross(p[0], p[1], [x, y])].map(
    (v) => v / area,
  );
  return w.every((v) => v >= 0) ? w : undefined;
}

describe('the rasteriser', () => {
  it('shows at each sample the nearest of the triangles that hold it, as brute force does', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { vertices, triangles } = randomTriangles(seed, 6);
      const frame = new Frame(SIZE);
      frame.draw(triangles, vertices, white, { sides: 'both' });
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) {
          let nearest = 0;
          let colour = [0, 0, 0];
          for (let t = 0; t < 6; t++) {
            const w = barycentric(vertices.screen, t, x, y);
            if (w === undefined) continue;
            const mix = (values: Float32Array, stride: number, k: number) =>
              w.reduce((sum, weight, i) => sum + weight * values[(3 * t + i) * stride + k], 0);
            const nearness = mix(vertices.screen, 3, 2);
            if (nearness <= nearest) continue;
            nearest = nearness;
            colour = [0, 1, 2].map((k) => mix(vertices.light, 4, k));
          }
          const at = y * SIZE + x;
          expect(frame.depth[at]).toBeCloseTo(nearest, 5);
          for (let k = 0; k < 3; k++) expect(frame.colour[3 * at + k]).toBeCloseTo(colour[k], 5);
        }
      }
    }
  });
  it('leaves out triangles that turn away, if asked', () => {
    const { vertices, triangles } = randomTriangles(1, 1);
    const reversed = { ...triangles, corners: triangles.corners.slice().reverse() };
    const covered = [triangles, reversed].map((drawn) => {
      const frame = new Frame(SIZE);
      frame.draw(drawn, vertices, white, { sides: 'front' });
      return frame.depth.some((d) => d > 0);
    });
    expect(covered.sort()).toEqual([false, true]);
  });
  it('blends what is transparent over what lies behind, and lets nearer things pass', () => {
    const corners = Uint16Array.of(0, 1, 2);
    const uvs = new Float32Array(6);
    const at = (nearness: number, brightness: number) => ({
      screen: Float32Array.of(-50, -50, nearness, 50, -50, nearness, 0, 90, nearness),
      light: new Float32Array(12).fill(brightness).map((v, i) => (i % 4 === 3 ? 0 : v)),
    });
    const frame = new Frame(SIZE);
    frame.draw({ corners, uvs }, at(0.5, 0.2), white, { sides: 'both' });
    frame.draw({ corners, uvs }, at(0.6, 1), glass, { sides: 'both' });
    expect(frame.colour[0]).toBeCloseTo(0.5 * 0.2 + 0.5, 6);
    expect(frame.depth[0]).toBeCloseTo(0.5, 6);
    frame.draw({ corners, uvs }, at(0.4, 1), white, { sides: 'both' });
    expect(frame.colour[0]).toBeCloseTo(0.6, 6);
    frame.draw({ corners, uvs }, at(0.49, 0.3), white, { sides: 'both', bias: 0.02 });
    expect(frame.colour[0]).toBeCloseTo(0.3, 6);
  });
  it('looks a texture up bilinearly, first row at v = 0', () => {
    const texture: Texture = { width: 2, height: 2, data: new Float32Array(16).fill(1) };
    [0, 1, 2, 3].forEach((value, i) => texture.data.fill(value, 4 * i, 4 * i + 3));
    const frame = new Frame(9);
    // A triangle whose upper left half maps sample (x, y) to texture coordinates (x / 8, y / 8).
    const vertices = {
      screen: Float32Array.of(0, 0, 1, 16, 0, 1, 0, 16, 1),
      light: Float32Array.of(1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0),
    };
    frame.draw(
      { corners: Uint16Array.of(0, 1, 2), uvs: Float32Array.of(0, 0, 2, 0, 0, 2) },
      vertices,
      texture,
      {
        sides: 'both',
      },
    );
    const value = (x: number, y: number) => frame.colour[(y * 9 + x) * 3];
    expect([value(2, 2), value(6, 2), value(2, 6), value(6, 6)]).toEqual([0, 1, 2, 3]);
    expect(value(4, 4)).toBeCloseTo(1.5, 6);
    expect(value(3, 2)).toBeCloseTo(0.25, 6);
  });
  it('averages samples and writes sRGB', () => {
    const frame = new Frame(4);
    frame.colour.set(Float32Array.from({ length: 48 }, (_, i) => Math.floor(i / 3)));
    expect(Array.from(downsample(frame, 2)).filter((_, i) => i % 3 === 0)).toEqual([2.5, 4.5, 10.5, 12.5]);
    expect([toSrgb(-1), toSrgb(0), toSrgb(1), toSrgb(9)]).toEqual([0, 0, 255, 255]);
    // sRGB 188 is half of the light of 255.
    expect(Math.abs(toSrgb(0.5) - 188)).toBeLessThanOrEqual(1);
  });
});
