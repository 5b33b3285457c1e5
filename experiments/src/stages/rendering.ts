import {
  DatasetWriter,
  FaceRenderer,
  greyOf,
  renderItems,
  type Channels,
  type Pool,
  type RenderItem,
} from '@id3/data';
import { z } from 'zod';
import type { StageContext, StageInputs } from './stage.ts';

/** A shard is what a killed rendering repeats at most. */
const MAX_PER_SHARD = 512;
const MIN_SHARDS = 16;

/** Seconds of one core that an image roughly takes. */
export const SECONDS_PER_IMAGE = 0.007;

const imagesPerShard = (count: number): number => Math.min(MAX_PER_SHARD, Math.ceil(count / MIN_SHARDS));

/** Into how many shards a dataset of `count` images is rendered. */
export const shardsOf = (count: number): number => Math.ceil(count / imagesPerShard(count));

/** What a rendering stage is given: the inputs are the dataset's spec, which holds its seed and what its images are. */
type Rendering = Pick<
  StageContext<StageInputs & { seed: number; size: number; channels?: Channels | undefined }>,
  'inputs' | 'folder' | 'part' | 'parts' | 'progress'
>;

/** The writer of a rendered dataset of `count` images. */
export const renderedWriter = (
  { inputs, folder }: Pick<Rendering, 'inputs' | 'folder'>,
  count: number,
): DatasetWriter =>
  DatasetWriter.open(folder, {
    kind: 'rendered',
    spec: z.json().parse(inputs),
    height: inputs.size,
    width: inputs.size,
    channels: inputs.channels,
    count,
    imagesPerShard: imagesPerShard(count),
  });

/** One for all tasks of a worker: it takes a second to load. */
let renderer: Promise<FaceRenderer> | undefined;

/** Renders this part's shards of a dataset of people of a pool. */
export async function renderPart(
  context: Rendering,
  { pool, count, item }: { pool: Pool; count: number; item: (index: number) => RenderItem },
): Promise<void> {
  const { inputs, part, parts, progress } = context;
  const writer = renderedWriter(context, count);
  const faces = await (renderer ??= FaceRenderer.load());
  for (let k = part; k < writer.shards; k += parts) {
    const [from, to] = writer.shardRange(k);
    if (!writer.hasShard(k)) {
      const items = Array.from({ length: to - from }, (_, i) => item(from + i));
      const shard = renderItems(faces, { ...inputs, pool }, items);
      writer.writeShard(k, inputs.channels === 1 ? { ...shard, images: greyOf(shard.images) } : shard);
    }
    progress(Math.floor((k - part) / parts) + 1, Math.ceil((writer.shards - part) / parts));
  }
}
