import { importImages, subset, type Dataset, type ImageSource } from '@id3/data';
import sharp from 'sharp';
import type { StageContext, StageInputs } from './stage.ts';

/** What a stage that takes photos over is given: its inputs name them and the experiment's size. */
type Taking = Pick<
  StageContext<StageInputs & { folder: string; manifest: string; size: number }>,
  'inputs' | 'folder' | 'progress'
>;

/** Takes a dataset's photos over, or those of ascending indices, scaled to the experiment's size, with their records and pairs. */
export async function takePhotos(
  dataset: Dataset,
  { inputs, folder, progress }: Taking,
  chosen?: readonly number[],
): Promise<void> {
  const { count, height, width, pairs } = dataset;
  const source: ImageSource = {
    spec: { format: 'dataset', source: inputs.folder, manifest: inputs.manifest },
    count,
    picture: (i) => dataset.image(i),
    decode: (i, size) =>
      sharp(dataset.image(i), { raw: { width, height, channels: 3 } })
        .resize(size, size)
        .raw()
        .toBuffer(),
    record: (i) => dataset.record(i),
    nameOf: (i) => `image ${i} of ${inputs.folder}`,
    ...(pairs && { pairs }),
  };
  await importImages(chosen ? subset(source, chosen) : source, folder, {
    size: inputs.size,
    onImages: progress,
  });
}
