import type { Triangles } from './mesh.ts';

/** How much of its surroundings each vertex sees, on the neutral head. */
export interface Occlusion {
  /** Share of the (cosine-weighted) hemisphere that is open: [n]. */
  open: Float32Array;
  /** Mean direction of the open part, unit length or zero: [n,3]. */
  towards: Float32Array;
}

const DIRECTIONS = 96;
const MAP_SIZE = 128;
/** Decimetres by which a vertex may lie behind the depth map and still count as seen. */
const TOLERANCE = 0.05;

/** Directions spread evenly over the sphere (Fibonacci lattice). */
function* sphere(n: number): Generator<[number, number, number]> {
  const golden = Math.PI * (3 - Math.sqrt(5));
  for (let i = 0; i < n; i++) {
    const z = 1 - (2 * i + 1) / n;
    const r = Math.sqrt(1 - z * z);
    yield [r * Math.cos(golden * i), r * Math.sin(golden * i), z];
  }
}

/** Casts shadows from all around: a depth map for every direction decides which vertices it reaches. */
export function computeOcclusion(
  positions: Float32Array,
  normals: Float32Array,
  count: number,
  { corners }: Triangles,
): Occlusion {
  const open = new Float32Array(count);
  const total = new Float32Array(count);
  const towards = new Float32Array(3 * count);
  const map = new Float32Array(MAP_SIZE * MAP_SIZE);
  const flat = new Float32Array(3 * count);
  for (const [dx, dy, dz] of sphere(DIRECTIONS)) {
    projectAlong(positions, count, [dx, dy, dz], flat);
    map.fill(-Infinity);
    for (let c = 0; c < corners.length; c += 3) fillDepth(map, flat, corners, c);
    for (let v = 0, k = 0; v < count; v++, k += 3) {
      const cosine = normals[k] * dx + normals[k + 1] * dy + normals[k + 2] * dz;
      if (cosine <= 0) continue;
      total[v] += cosine;
      const at = Math.round(flat[k + 1]) * MAP_SIZE + Math.round(flat[k]);
      if (flat[k + 2] < map[at] - TOLERANCE) continue;
      open[v] += cosine;
      towards[k] += cosine * dx;
      towards[k + 1] += cosine * dy;
      towards[k + 2] += cosine * dz;
    }
  }
  for (let v = 0, k = 0; v < count; v++, k += 3) {
    if (total[v] > 0) open[v] /= total[v];
    const length = Math.hypot(towards[k], towards[k + 1], towards[k + 2]) || 1;
    for (let i = 0; i < 3; i++) towards[k + i] /= length;
  }
  return { open, towards };
}

/** Positions in pixels of the depth map, and nearness to a viewer in direction `d`. */
function projectAlong(
  positions: Float32Array,
  count: number,
  [dx, dy, dz]: readonly [number, number, number],
  out: Float32Array,
): void {
  // Two axes across d.
  const [hx, hz] = Math.abs(dy) < 0.9 ? [dz, -dx] : [1, 0];
  const length = Math.hypot(hx, hz);
  const [ax, az] = [hx / length, hz / length];
  const [bx, by, bz] = [dy * az, dz * ax - dx * az, -dy * ax];
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let k = 0; k < 3 * count; k += 3) {
    const [x, y, z] = [positions[k], positions[k + 1], positions[k + 2]];
    out[k] = ax * x + az * z;
    out[k + 1] = bx * x + by * y + bz * z;
    out[k + 2] = dx * x + dy * y + dz * z;
    for (let i = 0; i < 2; i++) {
      low[i] = Math.min(low[i], out[k + i]);
      high[i] = Math.max(high[i], out[k + i]);
    }
  }
  for (let k = 0; k < 3 * count; k += 3) {
    for (let i = 0; i < 2; i++) {
      out[k + i] = ((out[k + i] - low[i]) / (high[i] - low[i])) * (MAP_SIZE - 1);
    }
  }
}

/** Raises the depth map to the triangle of three corners from `first` on, where that is nearer. */
function fillDepth(map: Float32Array, flat: Float32Array, corners: Uint16Array, first: number): void {
  const [a, b, d] = [corners[first], corners[first + 1], corners[first + 2]];
  const [ax, ay, az] = [flat[3 * a], flat[3 * a + 1], flat[3 * a + 2]];
  const [bx, by, bz] = [flat[3 * b], flat[3 * b + 1], flat[3 * b + 2]];
  const [cx, cy, cz] = [flat[3 * d], flat[3 * d + 1], flat[3 * d + 2]];
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const [left, right] = [Math.ceil(Math.min(ax, bx, cx)), Math.floor(Math.max(ax, bx, cx))];
  const [top, bottom] = [Math.ceil(Math.min(ay, by, cy)), Math.floor(Math.max(ay, by, cy))];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
      const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
      if (wb < 0 || wc < 0 || wb + wc > 1) continue;
      const depth = az + wb * (bz - az) + wc * (cz - az);
      const at = y * MAP_SIZE + x;
      if (depth > map[at]) map[at] = depth;
    }
  }
}
