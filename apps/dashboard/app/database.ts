import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the experiments keep their tracking database; Nx runs this app two folders below the workspace root. */
const path = resolve(process.cwd(), '../../artefacts/id3.sqlite');

/** The tracking database's path, and whether a run has created it yet. */
export function findDatabase(): { path: string; exists: boolean } {
  return { path, exists: existsSync(path) };
}
