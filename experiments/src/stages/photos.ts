import { importImages, scaledImage, subset, type Channels, type Dataset, type ImageSource } from '@id3/data';
import type { StageContext, StageInputs } from './stage.ts';

/** What a stage that takes photos over is given: its inputs name them and what the experiment's images are. */
type Taking = Pick<
  StageContext<
    StageInputs & { folder: string; manifest: string; size: number; channels?: Channels | undefined }
  >,
  'inputs' | 'folder' | 'progress'
>;

/** Takes a dataset's photos over, or those of ascending indices, in the experiment's size and channels, with their records and pairs. */
export async function takePhotos(
  dataset: Dataset,
  { inputs, folder, progress }: Taking,
  chosen?: readonly number[],
): Promise<void> {
  const { count, pairs } = dataset;
  const { size, channels = 3 } = inputs;
  const source: ImageSource = {
    spec: { format: 'dataset', source: inputs.folder, manifest: inputs.manifest },
    count,
    picture: (i) => dataset.image(i),
    decode: (i) => scaledImage(dataset, i, { size, channels }),
    record: (i) => dataset.record(i),
    nameOf: (i) => `image ${i} of ${inputs.folder}`,
    ...(pairs && { pairs }),
  };
  await importImages(chosen ? subset(source, chosen) : source, folder, {
    size,
    channels,
    onImages: progress,
  });
}
