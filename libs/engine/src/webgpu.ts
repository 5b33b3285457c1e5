import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canLoad, nvidiaDevice } from './cuda.ts';

/** Vulkan drivers that compute on the CPU. */
const SOFTWARE = /swiftshader|lvp|lavapipe|llvmpipe/i;

/** Which ICD files Vulkan was told to use alone. */
const toldIcds = (environment: NodeJS.ProcessEnv): string[] =>
  (environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES ?? '')
    .split(':')
    .filter((path) => path !== '');

/** What a machine says of its adapters. */
export interface AdapterFacts {
  platform: string;
  environment: NodeJS.ProcessEnv;
  /** Whether the loader of Vulkan can be loaded. */
  vulkan: () => boolean;
  /** Whether there is a device behind which a GPU may be. */
  hasDevice: () => boolean;
}

const HERE: AdapterFacts = {
  platform: process.platform,
  environment: process.env,
  vulkan: () => canLoad('libvulkan.so.1'),
  hasDevice: () =>
    ['/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path)) ||
    (existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'))),
};

/** Why WebGPU cannot start here; undefined where nothing stands against it. */
export function webgpuObstacle({ platform, environment, vulkan }: AdapterFacts = HERE): string | undefined {
  if (platform !== 'linux') return undefined; // Metal and Direct3D are part of the system
  if (!vulkan()) return 'libvulkan.so.1 is missing (Debian: apt-get install libvulkan1)';
  for (const path of toldIcds(environment)) {
    if (!existsSync(path)) return `the Vulkan driver file ${path} is not there`;
    try {
      JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      return `the Vulkan driver file ${path} is broken`;
    }
  }
  return undefined;
}

/** Why WebGPU would compute on the CPU; undefined where there is a graphics device. */
export function softwareOnly({ platform, environment, hasDevice }: AdapterFacts = HERE): string | undefined {
  if (platform !== 'linux') return undefined;
  const icds = toldIcds(environment);
  if (icds.length > 0 && icds.every((path) => SOFTWARE.test(path)))
    return 'there is only a software adapter (SwiftShader or lavapipe), which is slower than the CPU itself';
  return hasDevice() ? undefined : 'there is no graphics device';
}

/** The adapter in words, as far as the system tells without asking it. */
export function webgpuDevice({ environment } = HERE, drm = '/sys/class/drm'): string {
  if (toldIcds(environment).some((path) => SOFTWARE.test(path))) return 'software adapter';
  const nvidia = nvidiaDevice();
  if (nvidia !== undefined) return nvidia;
  const cards = existsSync(drm) ? readdirSync(drm).filter((name) => /^renderD/.test(name)) : [];
  const [found] = cards.map(
    (card) => /^DRIVER=(.*)$/m.exec(readFileSync(join(drm, card, 'device/uevent'), 'utf8'))?.[1],
  );
  return found === undefined ? 'unnamed adapter' : `driver ${found}`;
}
