import { expect, it } from 'vitest';
import { DeviceError, deviceError } from './device-error.ts';

/** What ONNX Runtime, CUDA and Dawn write, shortened. */
it.each([
  ['cuda', 'CUDNN failure 4000: CUDNN_STATUS_ALLOC_FAILED ; GPU=0', /too little memory/],
  [
    'cuda',
    '/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 Available memory of 1048576 is smaller than requested bytes of 4194304',
    /too little memory/,
  ],
  ['cuda', 'CUDA failure 2: out of memory ; GPU=0 ; hostname=h', /too little memory/],
  [
    'cuda',
    'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version',
    /driver is older than/,
  ],
  ['cuda', 'CUDA failure 100: no CUDA-capable device is detected', /there is no CUDA device/],
  ['cuda', 'CUDA failure 719: unspecified launch failure', /the device was lost/],
  [
    'cuda',
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    /libraries could not be loaded/,
  ],
  ['webgpu', 'Failed to get a WebGPU adapter: No supported adapters', /there is no WebGPU adapter/],
  [
    'webgpu',
    'GenerateSourceCode Program Cast requires f16 but the device does not support it.',
    /does not compute in half precision/,
  ],
  ['webgpu', 'WebGPU validation failed. [Device] is lost.', /the device was lost/],
  ['webgpu', 'Buffer size (4294967296) exceeds the max buffer size limit (1073741824).', /too little memory/],
] as const)('an error of %s is one sentence: %s', (provider, said, means) => {
  const error = deviceError(provider, new Error(said)) as DeviceError;
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.message).toMatch(means);
  expect(error.message).toMatch(/^ONNX Runtime's (cuda|webgpu): [^\n]*\.$/);
  expect((error.cause as Error).message).toBe(said);
});

it('leaves errors of the CPU, and those that say nothing of a device, as they are', () => {
  const [memory, other] = [new Error('out of memory'), new Error('Invalid rank for input')];
  expect(deviceError('cpu', memory)).toBe(memory);
  expect(deviceError('cuda', other)).toBe(other);
});
