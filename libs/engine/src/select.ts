import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '@id3/core';
import { registerWasmKernels } from './kernels.ts';

/** The engines in the order of preference. */
export const ENGINES = ['tensorflow-gpu', 'onnx', 'tensorflow', 'wasm', 'cpu'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The tfjs engine that computes from now on. */
export interface Engine {
  name: EngineName;
  /** Version of each package that takes part. */
  versions: Record<string, string>;
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

/** How each engine is made ready; each throws where it cannot be. Returns the packages that take part. */
const START: Record<EngineName, (options: EngineOptions) => Promise<string[]>> = {
  'tensorflow-gpu': async () => {
    await tensorflow('@tensorflow/tfjs-node-gpu');
    await activate('tensorflow');
    return ['@tensorflow/tfjs-node-gpu'];
  },
  onnx: async ({ threads }) => {
    const { registerOnnxBackend } = await import('@id3/tfjs-backend-onnx');
    registerOnnxBackend({ threads });
    await activate('onnx');
    return ['onnxruntime-node'];
  },
  tensorflow: async () => {
    await tensorflow('@tensorflow/tfjs-node');
    await activate('tensorflow');
    return ['@tensorflow/tfjs-node'];
  },
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    await activate('wasm');
    if (tf.getKernel('Conv2DBackpropFilter', 'wasm') === undefined) registerWasmKernels();
    return ['@tensorflow/tfjs-backend-wasm'];
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return ['@tensorflow/tfjs-backend-cpu'];
  },
};

async function activate(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not initialise its backend ${backend}`);
  await tf.ready();
}

/**
 * Makes the first engine that works the current one: tensorflow-gpu → onnx → tensorflow → wasm → cpu,
 * or only the one that is asked for.
 *
 * @param requested an engine's name; default: the environment variable ID3_ENGINE, else the order above
 * @throws UserError where the requested engine is unknown or cannot start
 */
export async function selectEngine(
  requested = process.env.ID3_ENGINE,
  options: EngineOptions = {},
): Promise<Engine> {
  tf.enableProdMode(); // no banner that recommends another engine
  const wanted = requested === undefined || requested === '' ? ENGINES : [knownEngine(requested)];
  const passedOver: Engine['passedOver'] = [];
  for (const name of wanted) {
    try {
      const packages = ['@tensorflow/tfjs-core', ...(await START[name](options))];
      return { name, versions: Object.fromEntries(packages.map((p) => [p, version(p)])), passedOver };
    } catch (error) {
      passedOver.push({ engine: name, reason: reasonOf(error) });
    }
  }
  const reasons = passedOver.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ');
  throw new UserError(
    `The engine ${requested} cannot start here (${reasons}); choose another with ID3_ENGINE.`,
  );
}

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
  return message.split('\n')[0];
}

/** One line for a terminal, such as `wasm (tfjs-backend-wasm 4.22.0); passed over: onnx (not installed)`. */
export function describeEngine({ name, versions, passedOver }: Engine): string {
  const packages = Object.entries(versions).map(([p, v]) => `${p.replace('@tensorflow/', '')} ${v}`);
  const others = passedOver.map(({ engine, reason }) => `${engine} (${reason})`);
  return `${name} (${packages.join(', ')})${others.length > 0 ? `; passed over: ${others.join(', ')}` : ''}`;
}
