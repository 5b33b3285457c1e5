import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
// For its side effects: tensors' methods, which the library calls.
import '@tensorflow/tfjs';

/**
 * What is used of `@vladmandic/face-api` (MIT), whose networks and weights come in its npm package. Its `node-wasm` build requires
 * `@tensorflow/tfjs` by name, so it computes with this program's own tfjs and its current engine; the default build would ask for tfjs-node.
 */
export interface FaceApi {
  readonly nets: {
    readonly ssdMobilenetv1: FaceApiNetwork;
    readonly ageGenderNet: FaceApiNetwork & { forwardInput(input: object): { age: tf.Tensor1D } };
  };
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => object;
  /** A batch of square pictures, each [side,side,3] from 0 to 255. */
  readonly NetInput: new (pictures: tf.Tensor3D[], isBatch?: boolean) => object;
  detectAllFaces(
    image: tf.Tensor3D,
    options: object,
  ): PromiseLike<{ score: number; box: { x: number; y: number; width: number; height: number } }[]>;
}

interface FaceApiNetwork {
  readonly isLoaded: boolean;
  loadFromDisk(folder: string): Promise<void>;
}

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('@vladmandic/face-api/package.json'));
let library: FaceApi | undefined;

/** The library with the named networks' weights loaded. */
export async function loadFaceApi(...networks: (keyof FaceApi['nets'])[]): Promise<FaceApi> {
  const loaded: FaceApi = (library ??= require(join(folder, 'dist', 'face-api.node-wasm.js')));
  for (const name of networks) {
    const network = loaded.nets[name];
    if (!network.isLoaded) await network.loadFromDisk(join(folder, 'model'));
  }
  return loaded;
}
