export * from './checkpoint.ts';
export * from './nn/layers.ts';
export * from './nn/scope.ts';
export * from './optim/flat.ts';
export * from './optim/optimisers.ts';
export * from './optim/schedule.ts';
