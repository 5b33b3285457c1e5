// The ONNX backend in a plain tfjs program: the same network, trained on tfjs's own engine and on ours.
//   npx tsx examples/backend-in-plain-tfjs.ts [STEPS]
import * as tf from '@tensorflow/tfjs';
import { registerOnnxBackend } from '@id3/tfjs-backend-onnx';

const STEPS = Number(process.argv[2] ?? 5);
registerOnnxBackend();

/** Milliseconds of a training step (the median), and the last loss, of a small convolutional network. */
async function train(backend: string): Promise<{ ms: number; loss: number }> {
  await tf.setBackend(backend);
  const layers = [
    tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [16, 16, 3] }),
    tf.layers.conv2d({ filters: 32, kernelSize: 3, strides: 2, activation: 'relu' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ];
  const model = tf.sequential({ layers });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
  // Is the left half brighter than the right?
  const images = tf.randomUniform<tf.Rank.R4>([32, 16, 16, 3], 0, 1, 'float32', 1);
  const brightness = (from: number) =>
    images.slice([0, 0, from, 0], [32, 16, 8, 3]).mean<tf.Tensor1D>([1, 2, 3]);
  const labels = tf.oneHot(brightness(0).greater(brightness(8)).toInt(), 2);
  const times: number[] = [];
  let loss = NaN;
  for (let step = 0; step < STEPS; step++) {
    const start = performance.now();
    loss = Number(await model.trainOnBatch(images, labels));
    times.push(performance.now() - start);
  }
  return { ms: times.sort((a, b) => a - b)[Math.floor(STEPS / 2)], loss };
}

const [cpu, onnx] = [await train('cpu'), await train('onnx')];
console.log(`cpu:  ${cpu.ms.toFixed(1)} ms a step, loss ${cpu.loss.toFixed(3)}`);
console.log(
  `onnx: ${onnx.ms.toFixed(1)} ms a step, loss ${onnx.loss.toFixed(3)}, ${(cpu.ms / onnx.ms).toFixed(1)} times as fast`,
);
