/**
 * `npx nx run checks:lock`: package-lock.json still says what npm would not write by itself, and what keeps `npm ci` from compiling and
 * downloading (docs/nodes.md). `npm install` takes it back; `npx nx run checks:lock -- --write` puts it in again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  engines?: { node: string };
  gypfile?: boolean;
  hasInstallScript?: boolean;
}

/** Field by package: what the lock must say; undefined where it must be silent. */
const AMENDMENTS: Record<string, LockedPackage> = {
  // Its install script would fetch CUDA's libraries from nuget.org. npm ci runs no script that the lock does not announce.
  'node_modules/onnxruntime-node': { hasInstallScript: undefined },
  // Its package.json says that nothing needs compiling; npm does not write that into the lock, and then asks for a compiler.
  // drizzle-orm imports it on Node 20, too, where nothing opens it; its engines would have npm refuse that Node.
  'node_modules/better-sqlite3': { gypfile: false, engines: undefined },
  // For Node 20 alone: npm passes an optional package over where its engines do not fit.
  'node_modules/better-sqlite3-node20': { engines: { node: '20.x' } },
};

const path = join(import.meta.dirname, '../../package-lock.json');
const lock: { packages: Record<string, LockedPackage> } = JSON.parse(readFileSync(path, 'utf8'));
const amended = structuredClone(lock);
for (const [name, fields] of Object.entries(AMENDMENTS)) Object.assign(amended.packages[name], fields);

if (process.argv.includes('--write')) writeFileSync(path, `${JSON.stringify(amended, null, 2)}\n`);
else if (JSON.stringify(amended) !== JSON.stringify(lock)) {
  console.error(
    'package-lock.json: npm install has undone what docs/nodes.md tells; run npx nx run checks:lock -- --write.',
  );
  process.exitCode = 1;
}
