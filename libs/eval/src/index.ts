export * from './benchmarks.ts';
export * from './embeddings.ts';
export * from './frechet.ts';
export * from './measures.ts';
export * from './protocol.ts';
export * from './roc.ts';
export * from './statistics.ts';
export * from './verify.ts';
