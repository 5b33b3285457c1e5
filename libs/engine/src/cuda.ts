import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the provider for CUDA consists of, beside the binding of onnxruntime-node. */
export const PROVIDER_FILES = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];
/** Loaded by the provider when it first needs it, so that `ldd` does not tell. */
const CUDNN = 'libcudnn.so.9';
/** The driver's own library. */
const DRIVER = 'libcuda.so.1';

/** An onnxruntime-node that can compute on CUDA. */
export interface CudaRuntime {
  /** Folder of the package. */
  folder: string;
  version: string;
}

/** Where `nx run engine:install-cuda` puts it: outside of node_modules, which `npm ci` empties. `ID3_CUDA` names another folder. */
export const cudaHome = (): string =>
  process.env.ID3_CUDA ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'id3/onnxruntime-cuda');

/** Folder of the native files of a package onnxruntime-node. */
export const nativeFolder = (folder: string): string => join(folder, 'bin/napi-v6/linux/x64');

const versionOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;

/** The package that holds the provider: the installed one, as onnxruntime-node's own script leaves it, or that of install-cuda. */
export function findCudaRuntime(
  folders: readonly string[] = [
    join(createRequire(import.meta.url).resolve('onnxruntime-node'), '../..'),
    join(cudaHome(), 'node_modules/onnxruntime-node'),
  ],
): CudaRuntime | undefined {
  const holds = (folder: string) =>
    PROVIDER_FILES.every((file) => existsSync(join(nativeFolder(folder), file)));
  const folder = folders.find(holds);
  return folder === undefined ? undefined : { folder, version: versionOf(folder) };
}

/** Why CUDA cannot compute here, as far as files tell; undefined where nothing stands against it. Starts nothing on the device. */
export function cudaObstacle(
  runtime = findCudaRuntime(),
  { platform, arch }: { platform: string; arch: string } = process,
  missingOf: (library: string) => string[] = missingLibraries,
): string | undefined {
  if (platform !== 'linux' || arch !== 'x64')
    return `its provider is made for linux x64, not ${platform} ${arch}`;
  if (runtime === undefined) return 'its provider is not installed (npx nx run engine:install-cuda)';
  const provider = join(nativeFolder(runtime.folder), PROVIDER_FILES[1]);
  // Providers share the runtime's memory layout, which changes from version to version.
  if (!readFileSync(provider).includes(`\0${runtime.version}\0`))
    return `${provider} is of another version than onnxruntime-node ${runtime.version}; run npx nx run engine:install-cuda`;
  const missing = missingOf(provider);
  const libraries = missing.filter((name) => name !== DRIVER);
  const parts = [
    ...(missing.includes(DRIVER) ? [`the NVIDIA driver is missing (${DRIVER})`] : []),
    ...(libraries.length > 0 ? [`libraries of CUDA are missing: ${libraries.join(', ')}`] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join('; ')} (docs/gpu.md)`;
}

/** The libraries that a library needs and the loader does not find, by name. */
function missingLibraries(path: string): string[] {
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return [...notFound(stdout ?? ''), ...(canLoad(CUDNN) ? [] : [CUDNN])];
}

/** The names in `ldd`'s answer that it did not find. */
export const notFound = (answer: string): string[] =>
  [...answer.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);

/** Whether the loader finds a library. */
export function canLoad(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    // A library that is there is no module of Node's: another message.
    return !/cannot open shared object file/.test(String(error));
  }
}

/** The device and its driver as NVIDIA's kernel module tells them, such as `NVIDIA H200, driver 580.95.05`. */
export function nvidiaDevice(proc = '/proc/driver/nvidia'): string | undefined {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const driver = /Module\s+(?:for \S+\s+)?([\d.]+)/.exec(read(join(proc, 'version')))?.[1];
  return driver && `NVIDIA, driver ${driver}`;
}
