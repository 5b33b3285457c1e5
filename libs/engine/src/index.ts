export { registerWasmKernels } from './kernels.ts';
export {
  ENGINES,
  describeEngine,
  selectEngine,
  type Engine,
  type EngineName,
  type EngineOptions,
} from './select.ts';
export { cudaHome, nativeFolder, PROVIDER_FILES } from './cuda.ts';
export type { Work } from './probe.ts';
export { compileStep, engineMs } from './step.ts';
export { loadGraphModel } from './graph-model.ts';
