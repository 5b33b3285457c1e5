import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { embedDataset, embedWith, loadCheckpoint, saveCheckpoint } from '@id3/model';
import { trainedRecogniser } from './recogniser-training.ts';
import type { Stage } from './stage.ts';

const FILE = 'embeddings.safetensors';
const BATCH_SIZE = 64;

/** Embeds every image of a dataset with f. */
export const embedding: Stage<Record<string, never>, 'dataset' | 'f'> = {
  name: 'embed',
  version: 1,
  cost: () => 20,
  async run({ folder, dependencies, engine, progress }) {
    await engine();
    const dataset = openDataset(dependencies.dataset);
    const f = trainedRecogniser(dependencies.f);
    const data = await embedDataset(embedWith(f), dataset, {
      batchSize: BATCH_SIZE,
      onImages: (done) => progress(done, dataset.count),
    });
    const embeddings = { shape: [dataset.count, data.length / dataset.count], data };
    saveCheckpoint(join(folder, FILE), { meta: {}, tensors: { embeddings } });
  },
};

/** The embeddings a finished stage left in its folder, not normalised: `data` is [n,size]. */
export function readEmbeddings(folder: string): { data: Float32Array; size: number } {
  const { shape, data } = loadCheckpoint(join(folder, FILE)).tensors.embeddings;
  return { data, size: shape[1] };
}
