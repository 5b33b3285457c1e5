export * from './datasets/batches.ts';
export * from './datasets/manifest.ts';
export * from './datasets/reader.ts';
export * from './datasets/writer.ts';
