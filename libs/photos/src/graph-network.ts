import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { compileStep, loadGraphModel } from '@id3/engine';

/** Which of the package's networks, what it takes, and which of its nodes are read. */
interface NetworkSpec<O extends string> {
  /** Its file, without suffix. */
  readonly file: string;
  /** Pixels of a side of its square input. */
  readonly side: number;
  /** Of a pixel v its input is v / divisor - shift. */
  readonly divisor: number;
  readonly shift: number;
  readonly outputs: Readonly<Record<O, string>>;
}

/**
 * The folder of MediaPipe's networks (Google, Apache-2.0) as graph models of tfjs, which the package `@vladmandic/human` (MIT) ships.
 * Nothing else of that package is loaded.
 */
const MODELS = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');

/** A graph model of tfjs that looks at a square picture, on the current engine. Batches would not be faster: a core is busy with one. */
export class GraphNetwork<O extends string> {
  private constructor(
    readonly side: number,
    private readonly step: (inputs: { pictures: tf.Tensor }) => Record<O, tf.Tensor>,
  ) {}

  static async load<O extends string>({
    file,
    side,
    divisor,
    shift,
    outputs,
  }: NetworkSpec<O>): Promise<GraphNetwork<O>> {
    const model = loadGraphModel(join(MODELS, `${file}.json`));
    const names = Object.keys(outputs) as O[];
    const step = compileStep(({ pictures }: { pictures: tf.Tensor }) => {
      const found = model.execute(
        pictures.div(divisor).sub(shift),
        names.map((name) => outputs[name]),
      ) as tf.Tensor[];
      return Object.fromEntries(names.map((name, i) => [name, found[i]])) as Record<O, tf.Tensor>;
    });
    return new GraphNetwork(side, step);
  }

  /** Looks at a picture, uint8 [side,side,3]. */
  async run(picture: Uint8Array): Promise<Record<O, Float32Array>> {
    const pictures = tf.tensor4d(new Float32Array(picture), [1, this.side, this.side, 3]);
    const outputs = this.step({ pictures });
    const values: Partial<Record<O, Float32Array>> = {};
    for (const name of Object.keys(outputs) as O[])
      values[name] = (await outputs[name].data()) as Float32Array;
    tf.dispose([pictures, outputs]);
    return values as Record<O, Float32Array>;
  }
}
