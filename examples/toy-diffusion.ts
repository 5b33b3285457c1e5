// ID³ in two dimensions: points around a circle, f(x) = x/|x|, and a network of three layers in plain tfjs.
//   npx tsx examples/toy-diffusion.ts [STEPS]
import * as tf from '@tensorflow/tfjs';
import { Rng } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { PLAIN_SAMPLER, makeSampler, type SamplingTime } from '@id3/model';
import { idPreservingLoss, lossTerms, noiseSchedule, readX0, timeTensors } from '@id3/model';

const STEPS = Number(process.argv[2] ?? 100);
const [BATCH, T] = [128, 100];
const schedule = noiseSchedule('cosine', T);
await selectEngine('cpu');

/** f: the direction of a point, on the unit circle. */
const f = (x: tf.Tensor2D): tf.Tensor2D => x.div(x.norm('euclidean', 1, true).add(1e-6));

/** Points at any angle, at distances around 0.7. */
function points(rng: Rng, count: number): tf.Tensor2D {
  const angles = tf.tensor2d(rng.normals(2 * count), [count, 2]);
  return f(angles).mul(tf.tensor2d(rng.normals(count), [count, 1]).mul(0.1).add(0.7));
}

/** Algorithm 1, then Algorithm 2: the mean cosine of samples to the y that they were asked for. */
async function cosineToAsked(idWeight: number): Promise<number> {
  const dense = (units: number, seed: number, more: object) =>
    tf.layers.dense({ units, kernelInitializer: tf.initializers.heNormal({ seed }), ...more });
  const relu = { activation: 'relu' };
  const layers = [dense(64, 1, { ...relu, inputShape: [5] }), dense(64, 2, relu), dense(2, 3, {})];
  const mlp = tf.sequential({ layers });
  const network = (xt: tf.Tensor2D, t: tf.Tensor1D, y: tf.Tensor2D) =>
    mlp.apply(tf.concat([xt, t.div(T).expandDims(1), y], 1)) as tf.Tensor2D;

  const optimiser = tf.train.adam(2e-3);
  for (let step = 0; step < STEPS; step++)
    tf.tidy(() => {
      const rng = new Rng(1, 'step', step);
      const x0 = points(rng, BATCH);
      const y = f(x0);
      const noise = tf.tensor2d(rng.normals(2 * BATCH), [BATCH, 2]);
      const time = timeTensors(
        schedule,
        'x0',
        Int32Array.from({ length: BATCH }, () => 1 + rng.int(T)),
        2,
      );
      const bound = (xt: tf.Tensor2D, t: tf.Tensor1D) => network(xt, t, y);
      const inputs = { network: bound, embed: f, x0, noise, y, time } as const;
      optimiser.minimize(() => idPreservingLoss(lossTerms(inputs), time, idWeight).loss);
    });

  const field = {
    schedule,
    prediction: 'x0' as const,
    x0: (xt: tf.Tensor2D, time: SamplingTime, { y }: Asked) => readX0((x, t) => network(x, t, y), xt, time),
    cosine: (x0: tf.Tensor2D, { y }: Asked) => f(x0).mul(y).sum<tf.Tensor1D>(1),
  };
  const y = f(points(new Rng(2, 'asked'), 256));
  const start = tf.tensor2d(new Rng(3, 'start').normals(512), [256, 2]);
  const sample = makeSampler<Asked>(field, { ...PLAIN_SAMPLER, clip: false });
  const samples = await sample(start, { y }, () => tf.zerosLike(start));
  return (await field.cosine(samples.as2D(256, 2), { y }).mean().data())[0];
}
type Asked = { y: tf.Tensor2D };

for (const weight of [0, 1, 10])
  console.log(
    `ID loss × ${weight}: mean cosine to the asked direction ${(await cosineToAsked(weight)).toFixed(4)}`,
  );
