export * from './messages.ts';
export * from './request.ts';
export * from './schema.ts';
export * from './studio-process.ts';
