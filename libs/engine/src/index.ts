export { registerWasmKernels } from './kernels.ts';
export { ENGINES, type EngineName } from './names.ts';
export { describeEngine, selectEngine, type Engine, type EngineOptions } from './select.ts';
export { cudaHome, nativeFolder, PROVIDER_FILES } from './cuda.ts';
export { explainDeviceError } from './device-failure.ts';
export { compileStep, engineMs } from './step.ts';
export { loadGraphModel } from './graph-model.ts';
