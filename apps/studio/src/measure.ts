import { join, resolve } from 'node:path';
import { StudioProcess, type FaceRequest } from '@id3/studio-client';

/** The studio's process, for whoever starts it from outside of this room. */
export const STUDIO_ENTRY = join(import.meta.dirname, 'process.ts');

/** Prints how long requests take, from the question to the faces, and until all is read off them: median and 95th percentile, and the first. */
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
      const all: { seen: number; read: number }[] = [];
      for (let k = 0; k < times; k++) {
        const started = performance.now();
        let seen: number | undefined;
        await studio.faces('bench', request(k), {
          hear(event) {
            const whole = event.kind === 'faces' || event.step === event.steps;
            if (whole) seen ??= performance.now() - started;
          },
        });
        const read = performance.now() - started;
        all.push({ seen: seen ?? read, read });
      }
      // The first two calls compile.
      const [first, , ...later] = all;
      const spread = (name: 'seen' | 'read') => {
        const sorted = later.map((one) => one[name]).sort((a, b) => a - b);
        const at = (share: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0);
        return `median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms`;
      };
      console.log(
        `${title}: ${spread('seen')}; with all that is read off: ${spread('read')}; the first ${(first.read / 1000).toFixed(1)} s`,
      );
    }
  } finally {
    await studio.stop();
  }
}
