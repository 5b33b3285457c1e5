export { registerWasmKernels } from './kernels.ts';
export {
  ENGINES,
  describeEngine,
  selectEngine,
  type Engine,
  type EngineName,
  type EngineOptions,
} from './select.ts';
export { compileStep, engineMs } from './step.ts';
export { loadGraphModel } from './graph-model.ts';
