import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModelSync } from '@tensorflow/tfjs';
import type { GraphModel } from '@tensorflow/tfjs';
import { UserError, firstLine } from '@id3/core';

/** What is read of a model's JSON. */
interface ModelFile {
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: tf.io.WeightsManifestEntry[];
  }[];
  readonly signature?: object;
}

/**
 * A graph model of tfjs from its `model.json` and the files of weights that it names, which lie beside it. Its weights are frozen variables,
 * so that the ONNX engine compiles them into a step's graph. Throws a UserError where it cannot be loaded.
 */
export function loadGraphModel(path: string): GraphModel<tf.io.IOHandlerSync> {
  let model;
  try {
    model = loadGraphModelSync(artefactsOf(path));
  } catch (error) {
    throw new UserError(
      `${path} cannot be loaded as a graph model of tfjs (${firstLine(error)}); name its model.json, with the files of weights beside it.`,
    );
  }
  for (const [name, tensors] of Object.entries(model.weights))
    model.weights[name] = tensors.map((tensor) => Object.assign(tf.variable(tensor, false), { kept: true }));
  return model;
}

function artefactsOf(path: string): tf.io.ModelArtifacts {
  const { modelTopology, weightsManifest, signature } = JSON.parse(readFileSync(path, 'utf8')) as ModelFile;
  const files = weightsManifest.flatMap(({ paths }) => paths);
  const bytes = Buffer.concat(files.map((file) => readFileSync(join(dirname(path), file))));
  return {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    format: 'graph-model',
    signature,
  };
}
