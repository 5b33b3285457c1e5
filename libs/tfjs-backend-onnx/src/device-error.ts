import type { Provider } from './kernels/backend-name.ts';

/** A graphics device that could not compute; its message is one sentence. What the host holds is as before the call. */
export class DeviceError extends Error {
  constructor(
    message: string,
    readonly provider: Provider,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** How ONNX Runtime, CUDA and Dawn say it, and what it means; the first that matches. */
const MEANINGS: readonly { said: RegExp; means: string }[] = [
  {
    said: /out of memory|Failed to allocate memory|smaller than requested bytes|ALLOC_FAILED|maxBufferSize|max_storage_buffer|exceeds the max(imum)? (storage )?buffer|Too many storage buffers|RESOURCE_EXHAUSTED/i,
    means: 'the device has too little memory for this graph; make the batch smaller',
  },
  {
    said: /device.{0,20}\blost\b|\blost device\b|CUDA failure (4|46|214|700|702|719|999)\b|Instance reference no longer exists/i,
    means: 'the device was lost; nothing that the host holds is gone',
  },
  {
    said: /MapAsyncStatus/,
    means: 'the device gave no result, most often for want of memory; make the batch smaller',
  },
  {
    said: /requires f16 but the device does not support it/,
    means: 'the device does not compute in half precision (shader-f16); leave precision=float16 out',
  },
  { said: /CUDA failure (35|803|804)\b/, means: 'the NVIDIA driver is older than the CUDA libraries' },
  { said: /CUDA failure (100|101)\b/, means: 'there is no CUDA device' },
  {
    said: /Failed to get a WebGPU adapter/,
    means: 'there is no WebGPU adapter (no Vulkan, Metal or Direct3D driver, or its ICD file is broken)',
  },
  {
    said: /Failed to load shared library/,
    means: 'its libraries could not be loaded',
  },
];

/** An error of ONNX Runtime as a sentence about the device; on the CPU, and where it says nothing of a device, the error itself. */
export function deviceError(provider: Provider, error: unknown): unknown {
  if (provider === 'cpu' || !(error instanceof Error)) return error;
  const meaning = MEANINGS.find(({ said }) => said.test(error.message));
  if (meaning === undefined) return error;
  return new DeviceError(`ONNX Runtime's ${provider}: ${meaning.means}.`, provider, { cause: error });
}
