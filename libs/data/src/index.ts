export * from './datasets/batches.ts';
export * from './datasets/image-folder.ts';
export * from './datasets/manifest.ts';
export * from './datasets/reader.ts';
export * from './datasets/writer.ts';
export {
  POOLS,
  POOL_CAPACITY,
  drawPerson,
  personId,
  poolSchema,
  type Colour,
  type Person,
  type Pool,
} from './faces/person.ts';
export { PRIORS, drawShot, priorSchema, type Prior, type PriorInput, type Shot } from './faces/shot.ts';
export { FaceRenderer, type PreparedPerson, type RenderedFace } from './faces/renderer.ts';
export { ARCFACE_TEMPLATE, templateFor, type FivePoints, type Point } from './faces/alignment.ts';
export { poolItem, renderItems, type RenderItem } from './faces/pools.ts';
