/**
 * `tsx tools/publish/stage.ts FOLDER`: completes FOLDER/dist, where tsc has put JavaScript and declarations, to a package for
 * `npm pack` or `npm publish`. In the workspace a library's `exports` name its TypeScript source; in the package, what was built.
 */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const folder = join(root, process.argv[2] ?? '.');
const dist = join(folder, 'dist');
if (!existsSync(join(dist, 'index.js')) || !existsSync(join(folder, 'package.json'))) {
  console.error(`${dist} has no index.js; run: npx nx run PROJECT:build`);
  process.exit(1);
}
const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
/** `./src/index.ts` as what was made of it; entries that were not built, such as what only tests use, are left out. */
const built = Object.entries(z.record(z.string(), z.string()).parse(manifest.exports)).flatMap(
  ([entry, source]) => {
    const file = source.replace('./src/', './').replace(/\.ts$/, '');
    const made = { types: `${file}.d.ts`, default: `${file}.js` };
    return existsSync(join(dist, made.default)) ? [[entry, made]] : [];
  },
);
const staged = { ...manifest, private: undefined, exports: Object.fromEntries(built) };
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(staged, null, 2)}\n`);
copyFileSync(join(folder, 'README.md'), join(dist, 'README.md'));
copyFileSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
