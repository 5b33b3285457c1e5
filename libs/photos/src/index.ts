export * from './align.ts';
export * from './attributes.ts';
export * from './choose.ts';
export * from './detector.ts';
export * from './photo.ts';
export * from './pose.ts';
