import type { Proxy, Triangles } from './mesh.ts';

/** Smooth normals of unit length, outwards where triangles are counter-clockwise seen from outside; writes [count,3]. */
export function computeNormals(
  positions: Float32Array,
  count: number,
  { corners }: Triangles,
  out: Float32Array,
): void {
  out.fill(0, 0, 3 * count);
  for (let c = 0; c < corners.length; c += 3) {
    const a = 3 * corners[c];
    const b = 3 * corners[c + 1];
    const d = 3 * corners[c + 2];
    const ux = positions[b] - positions[a];
    const uy = positions[b + 1] - positions[a + 1];
    const uz = positions[b + 2] - positions[a + 2];
    const vx = positions[d] - positions[a];
    const vy = positions[d + 1] - positions[a + 1];
    const vz = positions[d + 2] - positions[a + 2];
    // Length twice the area, so large triangles count for more.
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    out[a] += nx;
    out[a + 1] += ny;
    out[a + 2] += nz;
    out[b] += nx;
    out[b + 1] += ny;
    out[b + 2] += nz;
    out[d] += nx;
    out[d + 1] += ny;
    out[d + 2] += nz;
  }
  for (let k = 0; k < 3 * count; k += 3) {
    const x = out[k];
    const y = out[k + 1];
    const z = out[k + 2];
    const scale = 1 / (Math.sqrt(x * x + y * y + z * z) || 1);
    out[k] = x * scale;
    out[k + 1] = y * scale;
    out[k + 2] = z * scale;
  }
}

/** Positions of a proxy's vertices on a head: writes [count,3]. */
export function followHead(head: Float32Array, proxy: Proxy, out: Float32Array): void {
  const { count, refs, weights, offsets } = proxy;
  for (let k = 0; k < 3 * count; k += 3) {
    const a = 3 * refs[k];
    const b = 3 * refs[k + 1];
    const c = 3 * refs[k + 2];
    const wa = weights[k];
    const wb = weights[k + 1];
    const wc = weights[k + 2];
    out[k] = wa * head[a] + wb * head[b] + wc * head[c] + offsets[k];
    out[k + 1] = wa * head[a + 1] + wb * head[b + 1] + wc * head[c + 1] + offsets[k + 1];
    out[k + 2] = wa * head[a + 2] + wb * head[b + 2] + wc * head[c + 2] + offsets[k + 2];
  }
}

/** The rotation of a head that nods by `pitch` (degrees, up), then turns by `yaw` (degrees, to the image's right). */
export function headRotation(yaw: number, pitch: number): readonly number[] {
  const [y, p] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  const [cy, sy, cp, sp] = [Math.cos(y), Math.sin(y), Math.cos(p), Math.sin(p)];
  return [cy, -sy * sp, sy * cp, 0, cp, sp, -sy, -cy * sp, cy * cp];
}
