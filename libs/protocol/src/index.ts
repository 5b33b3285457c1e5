export * from './bootstrap.ts';
export * from './embeddings.ts';
export * from './protocol.ts';
export * from './roc.ts';
