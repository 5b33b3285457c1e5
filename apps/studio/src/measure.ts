import { join, resolve } from 'node:path';
import { StudioProcess, type FaceRequest } from '@id3/studio-client';

/** The studio's process, for whoever starts it from outside of this room. */
export const STUDIO_ENTRY = join(import.meta.dirname, 'process.ts');

/** Prints how long requests take, from the question to the picture: the first, then median and 95th percentile of those that follow. */
export async function measureStudio(asked: {
  database: string;
  model: string;
  times: number;
}): Promise<void> {
  const { model, times } = asked;
  const studio = new StudioProcess({ entry: STUDIO_ENTRY, database: resolve(asked.database) });
  const kinds: Record<string, (k: number) => FaceRequest> = {
    'one face, another age': (k) => ({ model, age: 20 + (k % 40) }),
    'one face, another identity': (k) => ({ model, from: `new:${k + 1}` }),
    'a row of eight across yaw': (k) => ({ model, row: 'yaw', age: 20 + (k % 40) }),
    'a row of eight across w': (k) => ({ model, row: 'w', age: 20 + (k % 40) }),
  };
  try {
    for (const [title, request] of Object.entries(kinds)) {
      const all: number[] = [];
      for (let k = 0; k < times; k++) {
        const started = performance.now();
        await studio.faces('bench', request(k));
        all.push(performance.now() - started);
      }
      // The first two calls compile.
      const [first, ...later] = all;
      const sorted = later.slice(1).sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
      console.log(
        `${title}: median ${at(0.5).toFixed(0)} ms, 95th percentile ${at(0.95).toFixed(0)} ms; the first ${(first / 1000).toFixed(1)} s`,
      );
    }
  } finally {
    await studio.stop();
  }
}
