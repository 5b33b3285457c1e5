export { registerWasmKernels } from './kernels.ts';
export { ENGINES, type EngineName } from './names.ts';
export type { GraphCost } from '@id3/tfjs-backend-onnx';
export { gpuMemory } from './gpu-memory.ts';
export {
  describeEngine,
  gpuEngine,
  selectCounting,
  selectEngine,
  type Engine,
  type EngineOptions,
} from './select.ts';
export { cudaHome, nativeFolder, PROVIDER_FILES } from './cuda.ts';
export { explainDeviceError, explainingDeviceErrors } from './device-failure.ts';
export { compileStep, engineMs, stateCrosses } from './step.ts';
export { loadGraphModel } from './graph-model.ts';
