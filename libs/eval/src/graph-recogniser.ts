import * as tf from '@tensorflow/tfjs-core';
import { compileStep, loadGraphModel } from '@id3/engine';
import { foreignRecogniser, type ForeignRecogniser } from './foreign-recogniser.ts';
import type { DeclaredConvention } from './input-convention.ts';
import { chooseEmbedding, chooseImageInput, conventionOf, fixed, type Port } from './signature.ts';

/** Images at once: more take more memory and are no faster (MobileFaceNet: 64 take 100 MB more than 16). */
const AT_ONCE = 16;

/**
 * Opens a recogniser that is a graph model of tfjs, by its `model.json`, on the current engine: as its own description says, as far as it has one. Throws
 * a UserError where it cannot be loaded, where no one output can be the embedding, or where the input does not fit what is declared.
 *
 * @param output of the embedding, where several outputs can be one
 */
export async function openGraphRecogniser(
  path: string,
  declared: DeclaredConvention = {},
  { output: wanted }: { output?: string } = {},
): Promise<ForeignRecogniser> {
  const model = loadGraphModel(path);
  const { images, flags } = chooseImageInput(path, model.inputs.map(portOf));
  const output = chooseEmbedding(path, model.outputs.map(portOf), { wanted, batch: fixed(images.shape[0]) });
  const convention = conventionOf(path, images, declared);
  const step = compileStep((given: { images: tf.Tensor }) => {
    const off = flags.map(({ name, shape }) => [
      name,
      tf.zeros(
        shape.map((size) => fixed(size) ?? 1),
        'bool',
      ),
    ]);
    const inputs = { [images.name]: given.images, ...(Object.fromEntries(off) as tf.NamedTensorMap) };
    return { embeddings: model.execute(inputs, output.name) as tf.Tensor };
  });
  const run = async (values: Float32Array, dims: readonly number[]) => {
    const tensor = tf.tensor(values, [...dims], 'float32');
    const { embeddings } = step({ images: tensor });
    const data = await embeddings.data<'float32'>();
    const rows = embeddings.rank > 1 ? embeddings.shape[0] : 1;
    tf.dispose([tensor, embeddings]);
    return { data, rows };
  };
  return foreignRecogniser(path, { images, output, convention, run, atOnce: AT_ONCE });
}

/** A port as a graph model describes it: outputs say no shape, and often no type, which is then float32. */
const portOf = ({ name, dtype, shape }: { name: string; dtype?: string; shape?: number[] }): Port => ({
  name,
  type: dtype ?? 'float32',
  shape: shape ?? [],
});
