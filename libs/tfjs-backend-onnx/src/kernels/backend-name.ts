/** Where ONNX Runtime computes. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** What tfjs knows the backend by on the CPU; kernels are registered under this name first. */
export const BACKEND = 'onnx';

/** What tfjs knows the backend by: `onnx`, `onnx-webgpu` or `onnx-cuda`. */
export const backendName = (provider: Provider): string =>
  provider === 'cpu' ? BACKEND : `${BACKEND}-${provider}`;
