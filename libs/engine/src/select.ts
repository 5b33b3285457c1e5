import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphCost } from '@id3/tfjs-backend-onnx';
import { UserError } from '@id3/core';
import { cudaObstacle, findCudaRuntime, nvidiaDevice } from './cuda.ts';
import { registerWasmKernels } from './kernels.ts';
import { ENGINES, type EngineName } from './names.ts';
import { DEFAULT_WORK, probe, type ProbeReply } from './probe.ts';
import { GPU_OBSTACLES } from './gpu.ts';
import { webgpuDevice, webgpuObstacle } from './webgpu.ts';

/** The tfjs engine that computes from now on. */
export interface Engine {
  name: EngineName;
  /** Version of each package that takes part. */
  versions: Record<string, string>;
  /** The graphics device and its driver, and why it was taken, where one computes. */
  device?: string;
  /** Engines that would have been preferred, and why they were not taken. */
  passedOver: { engine: EngineName; reason: string }[];
}

export interface EngineOptions {
  /** Threads of an engine that can be told (onnx); default: all cores. */
  threads?: number;
}

const require = createRequire(import.meta.url);

function version(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}

/**
 * Imports one of TensorFlow's packages, which may not be installed; its types are not needed here.
 * Throws where this Node lacks what their kernels call.
 */
async function tensorflow(name: string): Promise<void> {
  await import(name);
  if (!('isNullOrUndefined' in util))
    throw new Error('it calls util.isNullOrUndefined, which Node 23 and later do not have');
}

/** What an engine consists of, once it is ready. */
interface Started {
  packages: string[];
  /** Of packages that are not the installed ones. */
  versions?: Record<string, string>;
  device?: string;
}

/** How each engine is made ready; each throws where it cannot be. */
const START: Record<EngineName, (options: EngineOptions) => Promise<Started>> = {
  'onnx-cuda': async ({ threads }) => {
    refuse(cudaObstacle());
    const { folder: runtime, version } = findCudaRuntime()!;
    const { registerOnnxBackend } = await import('@id3/tfjs-backend-onnx');
    await activate(registerOnnxBackend({ threads, provider: 'cuda', runtime }));
    await computeOnce();
    return { packages: [], versions: { 'onnxruntime-node': version }, device: nvidiaDevice() };
  },
  'tensorflow-gpu': async () => {
    await tensorflow('@tensorflow/tfjs-node-gpu');
    await activate('tensorflow');
    return { packages: ['@tensorflow/tfjs-node-gpu'], device: nvidiaDevice() };
  },
  'onnx-webgpu': async ({ threads }) => {
    refuse(webgpuObstacle());
    const { registerOnnxBackend } = await import('@id3/tfjs-backend-onnx');
    await activate(registerOnnxBackend({ threads, provider: 'webgpu' }));
    await computeOnce();
    return { packages: ['onnxruntime-node'], device: webgpuDevice() };
  },
  onnx: async ({ threads }) => {
    const { registerOnnxBackend } = await import('@id3/tfjs-backend-onnx');
    await activate(registerOnnxBackend({ threads }));
    return { packages: ['onnxruntime-node'] };
  },
  tensorflow: async () => {
    await tensorflow('@tensorflow/tfjs-node');
    await activate('tensorflow');
    return { packages: ['@tensorflow/tfjs-node'] };
  },
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    await activate('wasm');
    if (tf.getKernel('Conv2DBackpropFilter', 'wasm') === undefined) registerWasmKernels();
    return { packages: ['@tensorflow/tfjs-backend-wasm'] };
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return { packages: ['@tensorflow/tfjs-backend-cpu'] };
  },
};

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not initialise its backend ${backend}`);
  await tf.ready();
}

function refuse(obstacle: string | undefined): void {
  if (obstacle !== undefined) throw new Error(obstacle);
}

/** Has the device compute something: a provider that cannot says so only then. */
async function computeOnce(): Promise<void> {
  const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
  await sum.data();
  sum.dispose();
}

/** Why a device is not faster than the CPU; else by how much it is. */
export function verdict(gpu: ProbeReply, cpu: ProbeReply): { taken: boolean; why: string } {
  if ('failed' in gpu) return { taken: false, why: gpu.failed };
  if ('failed' in cpu) return { taken: true, why: `the CPU's probe failed: ${cpu.failed}` };
  const times = (gpu.ms / cpu.ms).toFixed(2);
  const why = `a step took ${times} of the CPU's time in a probe`;
  return { taken: gpu.ms < cpu.ms, why };
}

/**
 * Makes the first engine that works the current one, in the order of {@link ENGINES}, or only the one that is asked for. In the
 * order, a graphics device is taken by ONNX Runtime where a probe of a second shows that it is faster than the CPU.
 *
 * @param requested an engine's name; default: the environment variable ID3_ENGINE, else the order above
 * @throws UserError where the requested engine is unknown or cannot start
 */
export async function selectEngine(
  requested = process.env.ID3_ENGINE,
  options: EngineOptions = {},
): Promise<Engine> {
  tf.enableProdMode(); // no banner that recommends another engine
  const wanted = isAutomatic(requested) ? ENGINES : [knownEngine(requested)];
  const passedOver: Engine['passedOver'] = [];
  const probed = prober(options);
  for (const name of wanted) {
    try {
      const why = wanted === ENGINES && name in GPU_OBSTACLES ? await probed(name) : undefined;
      const { packages, versions, device } = await START[name](options);
      const all = ['@tensorflow/tfjs-core', ...packages];
      return {
        name,
        versions: { ...Object.fromEntries(all.map((p) => [p, version(p)])), ...versions },
        device: device && [device, why].filter((part) => part !== undefined).join('; '),
        passedOver,
      };
    } catch (error) {
      passedOver.push({ engine: name, reason: reasonOf(error) });
    }
  }
  const reasons = passedOver.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ');
  throw new UserError(
    `The engine ${requested} cannot start here (${reasons}); choose another with ID3_ENGINE.`,
  );
}

/** Tells why an engine on a graphics device is to be taken. What it gives throws why it is not. */
function prober({ threads }: EngineOptions): (name: EngineName) => Promise<string> {
  let cpu: ProbeReply | undefined;
  return async (name) => {
    refuse(GPU_OBSTACLES[name]!());
    cpu ??= await probe('onnx', threads, DEFAULT_WORK);
    const { taken, why } = verdict(await probe(name, threads, DEFAULT_WORK), cpu);
    if (!taken) throw new Error(why);
    return why;
  };
}

/**
 * The engine on a graphics device that {@link selectEngine} would take; undefined where it would compute on the CPU. Nothing is selected:
 * where the choice is automatic, processes probe.
 */
export async function gpuEngine(
  requested = process.env.ID3_ENGINE,
  options: EngineOptions = {},
): Promise<EngineName | undefined> {
  const isGpu = (name: EngineName) => name in GPU_OBSTACLES || name === 'tensorflow-gpu';
  if (!isAutomatic(requested)) return [knownEngine(requested)].find(isGpu);
  const probed = prober(options);
  for (const name of ENGINES.filter((name) => name in GPU_OBSTACLES)) {
    const why = await probed(name).catch(() => undefined);
    if (why !== undefined) return name;
  }
  return undefined;
}

/** Makes an engine current that computes nothing: `seen` hears what each graph would take. */
export async function selectCounting(seen: (cost: GraphCost) => void): Promise<void> {
  tf.enableProdMode();
  const { registerCountingBackend } = await import('@id3/tfjs-backend-onnx');
  await activate(registerCountingBackend(seen));
}

const isAutomatic = (requested: string | undefined): requested is undefined | '' | 'auto' =>
  requested === undefined || requested === '' || requested === 'auto';

function knownEngine(name: string): EngineName {
  const known = ENGINES.find((engine) => engine === name);
  if (known === undefined) {
    throw new UserError(
      `There is no engine "${name}"; set ID3_ENGINE or --engine to one of ${ENGINES.join(', ')}.`,
    );
  }
  return known;
}

/** The first line of an error, in a few words where the package is simply not there. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'not installed';
  return message.split('\n')[0].replace(/\.$/, '');
}

/** One line for a terminal, such as `wasm (tfjs-backend-wasm 4.22.0); passed over: onnx (not installed)`. */
export function describeEngine({ name, versions, device, passedOver }: Engine): string {
  const packages = Object.entries(versions).map(([p, v]) => `${p.replace('@tensorflow/', '')} ${v}`);
  const parts = [...packages, ...(device === undefined ? [] : [device])];
  const others = passedOver.map(({ engine, reason }) => `${engine} (${reason})`);
  return `${name} (${parts.join(', ')})${others.length > 0 ? `; passed over: ${others.join(', ')}` : ''}`;
}
