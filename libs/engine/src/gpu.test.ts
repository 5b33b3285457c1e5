import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  canLoad,
  cudaObstacle,
  findCudaRuntime,
  nativeFolder,
  notFound,
  nvidiaDevice,
  PROVIDER_FILES,
} from './cuda.ts';
import { gpuMemory } from './gpu-memory.ts';
import { GPU_OBSTACLES, mayComputeOnGpu } from './gpu.ts';
import { DEFAULT_WORK, probe } from './probe.ts';
import { gpuEngine, verdict } from './select.ts';
import { softwareOnly, webgpuObstacle, type AdapterFacts } from './webgpu.ts';

const folder = mkdtempSync(join(tmpdir(), 'gpu-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A package onnxruntime-node with a provider that says to be of a version. */
function fakeRuntime(version: string, providerVersion: string): string {
  const home = join(folder, `${version}-${providerVersion}`);
  mkdirSync(nativeFolder(home), { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ version }));
  for (const file of PROVIDER_FILES)
    writeFileSync(join(nativeFolder(home), file), `ELF\0${providerVersion}\0`);
  return home;
}
const LINUX = { platform: 'linux', arch: 'x64' };

describe('what stands against CUDA', () => {
  it('is the system, or that nothing was installed', () => {
    expect(cudaObstacle(undefined, { platform: 'darwin', arch: 'arm64' })).toBe(
      'its provider is made for linux x64, not darwin arm64',
    );
    const nowhere = findCudaRuntime([join(folder, 'nowhere')]);
    expect(nowhere).toBeUndefined();
    vi.stubEnv('ID3_CUDA', join(folder, 'nowhere'));
    expect(cudaObstacle(undefined, LINUX)).toBe(
      'its provider is not installed (npx nx run engine:install-cuda)',
    );
    expect(mayComputeOnGpu('onnx-cuda')).toBe(false);
    vi.unstubAllEnvs();
  });
  it('is a provider of another version', () => {
    const runtime = findCudaRuntime([join(folder, 'nowhere'), fakeRuntime('1.30.0', '1.29.0')]);
    expect(runtime?.version).toBe('1.30.0');
    expect(cudaObstacle(runtime, LINUX, () => [])).toMatch(
      /is of another version than onnxruntime-node 1\.30\.0; run npx/,
    );
  });
  it('is a library that is missing, by its name', () => {
    const runtime = findCudaRuntime([fakeRuntime('1.29.0', '1.29.0')]);
    const against = (missing: string[]) => cudaObstacle(runtime, LINUX, () => missing);
    expect(against([])).toBeUndefined();
    expect(against(['libcublasLt.so.13', 'libcudnn.so.9'])).toBe(
      'libraries of CUDA are missing: libcublasLt.so.13, libcudnn.so.9 (docs/gpu.md)',
    );
    expect(against(['libcuda.so.1'])).toBe('the NVIDIA driver is missing (libcuda.so.1) (docs/gpu.md)');
    expect(against(['libcuda.so.1', 'libcudnn.so.9'])).toBe(
      'the NVIDIA driver is missing (libcuda.so.1); libraries of CUDA are missing: libcudnn.so.9 (docs/gpu.md)',
    );
    const ldd =
      '\tlibcublasLt.so.13 => not found\n\tlibm.so.6 => /lib/libm.so.6 (0x1)\n\tlibcuda.so.1 => not found\n';
    expect(notFound(ldd)).toEqual(['libcublasLt.so.13', 'libcuda.so.1']);
  });
  it('is asked of the loader', () => {
    expect(canLoad('libthere-is-none.so.7')).toBe(false);
    if (process.platform === 'linux') expect(canLoad('libc.so.6')).toBe(true);
  });
  it('names the driver as the kernel module does', () => {
    writeFileSync(
      join(folder, 'version'),
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n',
    );
    expect(nvidiaDevice(folder)).toBe('NVIDIA, driver 580.95.05');
    expect(nvidiaDevice(join(folder, 'nowhere'))).toBeUndefined();
  });
});

describe('what stands against WebGPU', () => {
  const facts = (told: Partial<AdapterFacts>): AdapterFacts => ({
    platform: 'linux',
    environment: {},
    vulkan: () => true,
    hasDevice: () => true,
    ...told,
  });
  it('is that Vulkan is missing, or its driver file', () => {
    expect(webgpuObstacle(facts({}))).toBeUndefined();
    expect(webgpuObstacle(facts({ platform: 'darwin', vulkan: () => false }))).toBeUndefined();
    expect(webgpuObstacle(facts({ vulkan: () => false }))).toMatch(/libvulkan\.so\.1 is missing/);
    const named = (path: string) => webgpuObstacle(facts({ environment: { VK_ICD_FILENAMES: path } }));
    expect(named(join(folder, 'none.json'))).toMatch(/none\.json is not there$/);
    writeFileSync(join(folder, 'broken.json'), '{');
    expect(named(join(folder, 'broken.json'))).toMatch(/broken\.json is broken$/);
  });
  it('by itself, is that there is only software', () => {
    expect(softwareOnly(facts({}))).toBeUndefined();
    expect(softwareOnly(facts({ hasDevice: () => false }))).toBe('there is no graphics device');
    const environment = { VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json' };
    expect(softwareOnly(facts({ environment }))).toMatch(/^there is only a software adapter/);
    const both = { VK_DRIVER_FILES: '/etc/lvp_icd.json:/etc/radeon_icd.json' };
    expect(softwareOnly(facts({ environment: both }))).toBeUndefined();
  });
});

it('tells the whole memory of an NVIDIA GPU, as nvidia-smi does', () => {
  const program = join(folder, 'nvidia-smi');
  writeFileSync(program, '#!/bin/sh\necho "$@" >&2; echo 143771\n', { mode: 0o755 });
  expect(gpuMemory(program)).toBe(143771 * 2 ** 20);
  writeFileSync(program, '#!/bin/sh\necho "[N/A]"\n', { mode: 0o755 });
  expect(gpuMemory(program)).toBeUndefined();
  expect(gpuMemory(join(folder, 'nothing'))).toBeUndefined();
});

it('tells which engine on a graphics device would be taken', async () => {
  expect(await gpuEngine('onnx')).toBeUndefined();
  expect(await gpuEngine('onnx-webgpu')).toBe('onnx-webgpu');
  await expect(gpuEngine('tpu')).rejects.toThrow(/no engine "tpu"/);
  vi.spyOn(GPU_OBSTACLES as Record<string, () => string | undefined>, 'onnx-cuda').mockReturnValue(
    'there is none',
  );
  vi.spyOn(GPU_OBSTACLES as Record<string, () => string | undefined>, 'onnx-webgpu').mockReturnValue(
    'nor this',
  );
  expect(await gpuEngine('auto')).toBeUndefined();
  vi.restoreAllMocks();
});

it('a device is taken only where its probe was faster', () => {
  expect(verdict({ ms: 5 }, { ms: 10 })).toEqual({
    taken: true,
    why: "a step took 0.50 of the CPU's time in a probe",
  });
  expect(verdict({ ms: 20 }, { ms: 10 }).taken).toBe(false);
  expect(verdict({ failed: 'the device was lost' }, { ms: 10 })).toEqual({
    taken: false,
    why: 'the device was lost',
  });
});

it.each([
  ['crashes', 60_000, 'in its probe its process died by signal SIGSEGV'],
  ['hangs', 1000, 'its probe gave no answer in 1 s'],
])(
  'a driver that %s ends the process of the probe alone, and is passed over',
  async (how, patienceMs, why) => {
    const entry = join(import.meta.dirname, 'fixtures/bad-driver.ts');
    const reply = await probe(how, 1, DEFAULT_WORK, { entry, patienceMs });
    expect(reply).toEqual({ failed: why });
    expect(verdict(reply, { ms: 10 })).toEqual({ taken: false, why });
  },
);

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const here = existsSync(SWIFTSHADER) && canLoad('libvulkan.so.1');
/** What a process of its own, with drivers of its own, says of an engine, or of a probe of it. */
function say(expression: string, icd: string): string {
  const code = `
    const { selectEngine, describeEngine } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'index.ts')).href)});
    const { probe } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'probe.ts')).href)});
    console.log(await (${expression})().catch((error) => error.message));`;
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { ...process.env, VK_ICD_FILENAMES: icd, ID3_ENGINE: '' },
  });
  return stdout.trim();
}

describe.skipIf(!here)(`on a software adapter (${SWIFTSHADER}; skipped where it is not there)`, () => {
  it('WebGPU computes where it is asked for, and is passed over where it is not', () => {
    expect(say(`async () => describeEngine(await selectEngine('onnx-webgpu'))`, SWIFTSHADER)).toMatch(
      /^onnx-webgpu \(.*software adapter\)$/,
    );
    expect(say(`async () => describeEngine(await selectEngine())`, SWIFTSHADER)).toMatch(
      /^onnx \(.*onnx-webgpu \(there is only a software adapter/,
    );
  });
  it('a graph that its memory does not hold is told in one sentence', () => {
    // 1.6 GB in one buffer, of which SwiftShader allows 1 GiB
    const tooLarge = `async () => {
      await selectEngine('onnx-webgpu');
      const tf = await import('@tensorflow/tfjs-core');
      await import('@tensorflow/tfjs');
      const [a, b] = [tf.ones([20000, 1]), tf.ones([1, 20000])];
      return tf.matMul(a, b).add(1).softmax().max().data();
    }`;
    expect(say(tooLarge, SWIFTSHADER)).toMatch(
      /^ONNX Runtime's webgpu: the device .* memory.*; make the batch smaller\.$/,
    );
  });
  it('a probe of it tells what a step takes, or why there is none', () => {
    const work = '{ batch: 2, size: 8, channels: 4 }';
    const timed = `async () => JSON.stringify(await probe('onnx-webgpu', 1, ${work}))`;
    expect((JSON.parse(say(timed, SWIFTSHADER)) as { ms: number }).ms).toBeGreaterThan(0);
    writeFileSync(join(folder, 'empty.json'), '{}');
    expect((JSON.parse(say(timed, join(folder, 'empty.json'))) as { failed: string }).failed).toMatch(
      /there is no WebGPU adapter .*choose another with ID3_ENGINE\.$/,
    );
  });
});
