import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  createReadStream,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { makeFolder, UserError } from '@id3/core';
import { cudaHome, cudaObstacle, nativeFolder, PROVIDER_FILES } from './cuda.ts';

/** A package of npm, and where its files go below the home of the runtime for CUDA; files that go nowhere are left out. */
export interface Part {
  name: string;
  version: string;
  /** Of the tarball, as npm writes it; taken when this list was written. */
  integrity: string;
  place: (path: string) => string | undefined;
}

const NODE = 'node_modules/onnxruntime-node';
const COMMON = 'node_modules/onnxruntime-common';

/**
 * ONNX Runtime 1.29 with its provider for CUDA 13, all under the MIT licence. The versions belong together: a provider works with
 * the runtime that it was built with alone.
 */
const PARTS: readonly Part[] = [
  {
    name: 'onnxruntime-node',
    version: '1.29.0',
    integrity:
      'sha512-WjiVVB72riILz8HbYvxvmjKyE/WmkYoSfKY++axo5jAR609HQg8MwiG/HhShpTcJfmmAdzxxmB+MMST3A+SiPA==',
    place: (path) =>
      /^(package\.json|dist\/|bin\/napi-v6\/linux\/x64\/)/.test(path) ? join(NODE, path) : undefined,
  },
  {
    name: 'onnxruntime-common',
    version: '1.29.0',
    integrity:
      'sha512-/F63/e2VJoaVXGGNu6S5QH7jivBThGO95OzAVXXQ8hTta/b1QxI8udHa6cI3+3mAb5WWIIaMMwfZw01oivjJ1g==',
    place: (path) => (/^(package\.json|dist\/cjs\/)/.test(path) ? join(COMMON, path) : undefined),
  },
  {
    name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
    version: '0.4.9',
    integrity:
      'sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
    place: (path) => {
      if (path === 'LICENSE') return join(NODE, 'LICENSE-provider');
      const [name] = path.split('/').slice(-1);
      const isProvider = path === `Plugins/Linux/x64/${name}` && PROVIDER_FILES.includes(name);
      return isProvider ? join(nativeFolder(NODE), name) : undefined;
    },
  },
];

/** Fetches a package's tarball into a folder, and tells its path. */
type Fetch = (part: Part, folder: string) => string;

/** By npm, from the registry that it is set up with. */
const fetchByNpm: Fetch = ({ name, version }, folder) => {
  execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(
    folder,
    readdirSync(folder).find((file) => file === tarball({ name, version }))!,
  );
};

const tarball = ({ name, version }: Pick<Part, 'name' | 'version'>): string => `${name}-${version}.tgz`;

/** From tarballs that lie in a folder, for a machine without network. */
const fetchFrom =
  (source: string): Fetch =>
  (part) =>
    join(source, tarball(part));

/**
 * Puts ONNX Runtime with its provider for CUDA below `home`, replacing what is there. Nothing is unpacked before its checksum was
 * compared. Throws a UserError where a tarball is missing or is another than the one that was looked at; `home` is then as it was.
 */
export async function installCuda(home: string, fetch: Fetch, parts = PARTS): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'onnxruntime-cuda-'));
  makeFolder(dirname(home));
  const staged = `${home}.${process.pid}.tmp`;
  try {
    for (const part of parts) {
      const path = fetched(fetch, part, temporary);
      const integrity = await integrityOf(path);
      if (integrity !== part.integrity)
        throw new UserError(
          `${tarball(part)} has the checksum ${integrity} instead of ${part.integrity}; it is not the one that was looked at, and nothing of it was unpacked.`,
        );
      console.log(`${tarball(part)}: checksum as expected`);
      await unpack(path, (name) => {
        const to = part.place(name);
        return to === undefined ? undefined : join(staged, to);
      });
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(staged, home);
  } finally {
    for (const folder of [temporary, staged]) rmSync(folder, { recursive: true, force: true });
  }
}

function fetched(fetch: Fetch, part: Part, folder: string): string {
  try {
    const path = fetch(part, folder);
    accessSync(path);
    return path;
  } catch {
    throw new UserError(
      `${tarball(part)} could not be had; see that npm reaches its registry, or name a folder that holds it: --from=FOLDER.`,
    );
  }
}

/** The sha512 of a file as npm writes it. */
export async function integrityOf(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return `sha512-${hash.digest('base64')}`;
}

/** Unpacks the files of a package that have a place. */
async function unpack(path: string, place: (name: string) => string | undefined): Promise<void> {
  const archive = extract();
  archive.on('entry', ({ name, type }, stream, next) => {
    const to = type === 'file' ? place(name.replace(/^package\//, '')) : undefined;
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => {
      if (to !== undefined) pieces.push(piece);
    });
    stream.on('end', () => {
      if (to !== undefined) {
        makeFolder(dirname(to));
        writeFileSync(to, Buffer.concat(pieces));
      }
      next();
    });
  });
  await pipeline(createReadStream(path), createGunzip(), archive);
}

if (process.argv[1] === import.meta.filename) {
  const from = process.argv[2]?.replace(/^--from=/, '');
  const words = process.argv.slice(2);
  try {
    if (words.length > 1 || (words.length === 1 && !words[0].startsWith('--from=')))
      throw new UserError(`Unknown words ${words.join(' ')}; expected nothing or --from=FOLDER.`);
    if (process.platform !== 'linux' || process.arch !== 'x64')
      throw new UserError(`CUDA's provider is made for linux x64, not ${process.platform} ${process.arch}.`);
    await installCuda(cudaHome(), from === undefined ? fetchByNpm : fetchFrom(from));
    const obstacle = cudaObstacle();
    console.log(
      `Installed in ${cudaHome()}. ${obstacle === undefined ? 'CUDA can compute here.' : `CUDA cannot compute here yet: ${obstacle}.`}`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
