import { join } from 'node:path';
import { anchors, loadCheckpoint, saveCheckpoint, type AnchorKind } from '@id3/model';
import type { Stage } from './stage.ts';

const FILE = 'anchors.safetensors';

interface AnchorInputs extends Record<string, unknown> {
  seed: number;
  kind: AnchorKind;
  identities: number;
  /** d */
  embeddingSize: number;
}

/** Algorithm 3, step 1: places the identities on the sphere. */
export const anchorPlacement: Stage<AnchorInputs, never> = {
  name: 'anchors',
  version: 1,
  cost: ({ kind, identities, embeddingSize }) =>
    kind === 'spread' ? 3e-8 * identities ** 2 * embeddingSize : 0,
  async run({ inputs, folder, engine }) {
    await engine();
    const { kind, identities, embeddingSize, seed } = inputs;
    const data = await anchors(kind, identities, embeddingSize, seed);
    const tensors = { anchors: { shape: [identities, embeddingSize], data } };
    saveCheckpoint(join(folder, FILE), { meta: { ...inputs }, tensors });
  },
};

/** The anchors a finished stage left in its folder: [N,d] unit rows. */
export const readAnchors = (folder: string): Float32Array =>
  loadCheckpoint(join(folder, FILE)).tensors.anchors.data;
