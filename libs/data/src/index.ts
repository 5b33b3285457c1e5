export { manifestHash, writeAttributes, type StoredAttributes } from './datasets/attributes.ts';
export * from './datasets/augment.ts';
export * from './datasets/batches.ts';
export * from './datasets/channels.ts';
export * from './datasets/inspection.ts';
export * from './datasets/manifest.ts';
export { peopleIn, personKey } from './datasets/people.ts';
export { openDataset, readRecords, type Dataset, type Images, type Records } from './datasets/reader.ts';
export { scaledImage } from './datasets/scale.ts';
export * from './datasets/writer.ts';
export { ENCODINGS, type ExportOptions } from './export/encode.ts';
export { exporters, type ExportFormat } from './export/formats.ts';
export { exportImageFolder } from './export/image-folder.ts';
export { exportRecordSet } from './export/record-set.ts';
export { exportWebDataset } from './export/webdataset.ts';
export { decodePicture } from './import/decode.ts';
export {
  MISSING,
  pairListFormats,
  pairListSource,
  verificationBinSource,
  type Missing,
  type PairListFormat,
} from './import/benchmarks.ts';
export { detectFormat, importFormats, openImageSource, type ImportFormat } from './import/detect.ts';
export { imageFolderSource, importImageFolder, unlabelledSource } from './import/image-folder.ts';
export {
  BAD,
  describeReport,
  importImages,
  type Bad,
  type ImportOptions,
  type ImportReport,
} from './import/import-images.ts';
export type { ImageSource } from './import/image-source.ts';
export { subset } from './import/subset.ts';
export { recordSetSource } from './import/record-set.ts';
export {
  POOLS,
  POOL_CAPACITY,
  drawPerson,
  groupOf,
  personId,
  poolSchema,
  type Colour,
  type Person,
  type Pool,
} from './faces/person.ts';
export { PRIORS, drawShot, priorSchema, type Prior, type PriorInput, type Shot } from './faces/shot.ts';
export { FaceRenderer, type PreparedPerson, type RenderedFace } from './faces/renderer.ts';
export {
  ARCFACE_TEMPLATE,
  applySimilarity,
  centreOf,
  fitSimilarity,
  fivePoints,
  templateFor,
  type FivePoints,
  type Point,
  type Similarity,
} from './faces/alignment.ts';
export { poolItem, renderItems, type RenderItem } from './faces/pools.ts';
