import * as tf from '@tensorflow/tfjs-core';
import { OnnxBackend } from './backend.ts';

/** What is needed of tfjs's engine and not declared public. */
interface Engine {
  readonly backend: { incRef(dataId: tf.DataId): void };
  readonly state: { gradientDepth: number };
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
  saveTensorsForBackwardMode?(tensors: (tf.Tensor | null)[]): tf.Tensor[];
}

/**
 * Makes it cheap to keep tensors for the backward pass. tfjs clones each by a kernel that enters the tape twice, a third of
 * all kernel calls of a training step; the tape needs that for gradients of gradients only, where it stays as it is.
 */
export function saveTensorsCheaply(): void {
  const engine = tf.engine() as unknown as Engine;
  const original = engine.saveTensorsForBackwardMode;
  if (original === undefined) return; // another version of tfjs
  engine.saveTensorsForBackwardMode = (tensors) => {
    if (!(engine.backend instanceof OnnxBackend) || engine.state.gradientDepth !== 1)
      return original.call(engine, tensors);
    return tensors
      .filter((tensor) => tensor !== null && tensor !== undefined)
      .map(({ dataId, shape, dtype }) => {
        engine.backend.incRef(dataId);
        return tf.keep(engine.makeTensorFromTensorInfo({ dataId, shape, dtype }));
      });
  };
}
