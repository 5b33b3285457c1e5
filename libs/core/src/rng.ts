import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { sha256 } from './hash.ts';

/** A part of the path that names a random stream, such as `('noise', image, step)`. */
export type StreamKey = string | number;

/**
 * A stream of random numbers named by a seed and a path. Streams with different names are
 * independent, so nothing depends on the order or the process in which work is done, and a
 * resumed computation needs no saved generator state: it names the stream of its next step.
 */
export class Rng {
  private readonly generator;
  private spare: number | undefined;

  constructor(seed: number, ...path: StreamKey[]) {
    const name = sha256(JSON.stringify([seed, ...path]));
    this.generator = xoroshiro128plus(Number.parseInt(name.slice(0, 8), 16) | 0);
    // The seed above is 32 bits wide; 64 more bits of the name choose where in the stream we start.
    for (let k = 8; k < 24; k += 4) {
      const skip = Number.parseInt(name.slice(k, k + 4), 16) & 15;
      for (let i = 0; i < skip; i++) this.generator.next();
    }
  }

  /** Uniform on [lo, hi), 32 random bits. */
  uniform(lo = 0, hi = 1): number {
    return lo + (hi - lo) * ((this.generator.next() >>> 0) / 0x1_0000_0000);
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Normal with the given mean and standard deviation (Box-Muller). */
  normal(mean = 0, std = 1): number {
    if (this.spare !== undefined) {
      const z = this.spare;
      this.spare = undefined;
      return mean + std * z;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return mean + std * radius * Math.cos(angle);
  }

  /** Normal restricted to [lo, hi] by drawing again. */
  truncatedNormal(mean: number, std: number, lo: number, hi: number): number {
    for (;;) {
      const z = this.normal(mean, std);
      if (z >= lo && z <= hi) return z;
    }
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One of the items, each as likely as the others. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)];
  }

  /** A uniformly random order of 0..n-1 (Fisher-Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** `length` independent standard normal values. */
  normals(length: number): Float32Array {
    const out = new Float32Array(length);
    for (let i = 0; i < length; i++) out[i] = this.normal();
    return out;
  }
}
