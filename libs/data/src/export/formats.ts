import type { Dataset } from '../datasets/reader.ts';
import type { ExportOptions } from './encode.ts';
import { exportImageFolder } from './image-folder.ts';
import { exportRecordSet } from './record-set.ts';
import { exportWebDataset } from './webdataset.ts';

type Export = (dataset: Dataset, folder: string, options?: ExportOptions) => Promise<void>;

/** What a dataset can be exported as, by the names of `nx run tools:export-dataset --format`. */
export const exporters = {
  'image-folder': exportImageFolder,
  recordio: exportRecordSet,
  webdataset: exportWebDataset,
} satisfies Record<string, Export>;
export type ExportFormat = keyof typeof exporters;
