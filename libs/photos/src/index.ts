export * from './align.ts';
export * from './attributes.ts';
export { readCfpFiducials, parseCfpFiducials, type CfpFiducials } from './cfp-fiducials.ts';
export * from './choose.ts';
export type { PoolOptions } from './look-pool.ts';
export { DETECTOR, networkChoices, type DetectorOptions } from './look.ts';
export * from './photo.ts';
export * from './pose.ts';
