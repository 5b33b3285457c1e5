/** The engines in the order of preference. */
export const ENGINES = [
  'onnx-cuda',
  'tensorflow-gpu',
  'onnx-webgpu',
  'onnx',
  'tensorflow',
  'wasm',
  'cpu',
] as const;
export type EngineName = (typeof ENGINES)[number];
