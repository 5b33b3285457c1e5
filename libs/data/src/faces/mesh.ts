import { baseMeshSchema, proxySchema, quadsOf, readAssetJson, type Quad } from './assets.ts';

/** Triangles with texture coordinates of their corners. */
export interface Triangles {
  /** Vertex of each corner: [t,3]. */
  corners: Uint16Array;
  /** u, v of each corner in [0,1], v counted down from the texture's top: [t,3,2]. */
  uvs: Float32Array;
}

/** A mesh that follows the head: hair, brows, lashes, beard, eyes. */
export interface Proxy extends Triangles {
  /** Number of vertices p. */
  count: number;
  /** Head vertices that each vertex follows: [p,3]. */
  refs: Uint16Array;
  /** [p,3] */
  weights: Float32Array;
  /** Decimetres: [p,3]. */
  offsets: Float32Array;
}

/** The part of MakeHuman's mesh that a face picture needs. Unit: decimetres; +x the subject's left, +y up, +z to the front. */
export interface HeadMesh {
  /** Number of kept vertices; the skin's come first. */
  count: number;
  skinCount: number;
  /** Neutral positions: [count,3]. */
  positions: Float32Array;
  skin: Triangles;
  /** Upper and lower rows of teeth. */
  teeth: Triangles;
  proxies: Map<string, Proxy>;
  /** Vertices of the pupils, the nose tip and the mouth corners, the one on the image's left first: [5]. */
  landmarks: Uint16Array;
  /** Kept index of each base vertex, or -1. */
  compact: Int32Array;
}

/** Below this height (decimetres) nothing can come into a face crop. */
const NECK = 5.3;
const SHOULDER = 1.4;
/** Base vertices, found as the foremost one of the nose and those that move most with `mouth-corner-puller`. */
const NOSE_TIP = 5054;
const MOUTH_CORNERS = [369, 7129];

/** The middle of the dental arch: x and z. */
const ARCH_CENTRE = [0, 1.1];

/** Whether a quad of a tooth row is seen from outside: MakeHuman's rows are closed blocks. */
function facesOutwards({ vertices }: Quad, positions: readonly number[]): boolean {
  const at = (corner: number, k: number) => positions[3 * vertices[corner] + k];
  const diagonal = (a: number, b: number) => [0, 1, 2].map((k) => at(b, k) - at(a, k));
  const [u, v] = [diagonal(0, 2), diagonal(1, 3)];
  const normal = [u[1] * v[2] - u[2] * v[1], u[0] * v[1] - u[1] * v[0]]; // x and z
  const outwards = [0, 2].map((k, i) => (at(0, k) + at(1, k) + at(2, k) + at(3, k)) / 4 - ARCH_CENTRE[i]);
  return normal[0] * outwards[0] + normal[1] * outwards[1] > 0;
}

/** Splits quads into triangles. */
function triangulate(
  quads: readonly Quad[],
  uvs: readonly number[],
  vertexOf: (v: number) => number,
): Triangles {
  const triangles: Triangles = {
    corners: new Uint16Array(quads.length * 6),
    uvs: new Float32Array(quads.length * 12),
  };
  let corner = 0;
  for (const quad of quads) {
    for (const k of [0, 1, 2, 0, 2, 3]) {
      triangles.corners[corner] = vertexOf(quad.vertices[k]);
      triangles.uvs[2 * corner] = uvs[2 * quad.uvs[k]];
      triangles.uvs[2 * corner + 1] = 1 - uvs[2 * quad.uvs[k] + 1];
      corner++;
    }
  }
  return triangles;
}

/** Reads the head and the named proxies (`hair/short01`, `eyes/HighPolyEyes`, …). */
export function loadHeadMesh(folder: string, proxyNames: readonly string[]): HeadMesh {
  const base = baseMeshSchema.parse(readAssetJson(folder, 'public/data/models/human_full_size.json'));
  const materialIndex = (name: string) => base.materials.findIndex((m) => m.DbgName === name);
  const height = (v: number) => base.vertices[3 * v + 1];
  const all = [...quadsOf(base.faces)];
  const skinQuads = all.filter(
    (quad) =>
      quad.material === materialIndex('body') &&
      quad.vertices.every((v) => height(v) > NECK && Math.abs(base.vertices[3 * v]) < SHOULDER),
  );
  const teethMaterials = [materialIndex('helper-upper-teeth'), materialIndex('helper-lower-teeth')];
  const teethQuads = all.filter(
    (quad) => teethMaterials.includes(quad.material) && facesOutwards(quad, base.vertices),
  );

  const compact = new Int32Array(base.vertices.length / 3).fill(-1);
  const kept: number[] = [];
  const keep = (v: number): number => {
    if (compact[v] < 0) compact[v] = kept.push(v) - 1;
    return compact[v];
  };
  const skin = triangulate(skinQuads, base.uvs[0], keep);
  const skinCount = kept.length;
  const teeth = triangulate(teethQuads, base.uvs[0], keep);
  const proxies = new Map(proxyNames.map((name) => [name, loadProxy(folder, name, base.vertices, keep)]));
  const front = (material: string): number =>
    all
      .filter((quad) => quad.material === materialIndex(material))
      .flatMap((quad) => quad.vertices)
      .reduce((best, v) => (base.vertices[3 * v + 2] > base.vertices[3 * best + 2] ? v : best));
  const landmarks = Uint16Array.from(
    [front('helper-r-eye'), front('helper-l-eye'), NOSE_TIP, ...MOUTH_CORNERS],
    keep,
  );
  return {
    count: kept.length,
    skinCount,
    positions: Float32Array.from(kept.flatMap((v) => base.vertices.slice(3 * v, 3 * v + 3))),
    skin,
    teeth,
    proxies,
    landmarks,
    compact,
  };
}

function loadProxy(
  folder: string,
  name: string,
  base: readonly number[],
  keep: (v: number) => number,
): Proxy {
  const file = name.slice(name.indexOf('/') + 1);
  const proxy = proxySchema.parse(readAssetJson(folder, `public/data/proxies/${name}/${file}.json`));
  const height = (p: number) =>
    proxy.ref_vIdxs[p].reduce((y, v, k) => y + proxy.weights[p][k] * base[3 * v + 1], proxy.offsets[p][1]);
  const quads = [...quadsOf(proxy.faces)].filter((quad) => quad.vertices.some((p) => height(p) > NECK));
  const used: number[] = [];
  const indexOf = new Map<number, number>();
  const use = (p: number): number => {
    if (!indexOf.has(p)) indexOf.set(p, used.push(p) - 1);
    return indexOf.get(p)!;
  };
  const triangles = triangulate(quads, proxy.uvs[0], use);
  return {
    ...triangles,
    count: used.length,
    refs: Uint16Array.from(used.flatMap((p) => proxy.ref_vIdxs[p].map(keep))),
    weights: Float32Array.from(used.flatMap((p) => proxy.weights[p])),
    offsets: Float32Array.from(used.flatMap((p) => proxy.offsets[p])),
  };
}
