import { cudaObstacle } from './cuda.ts';
import { softwareOnly, webgpuObstacle } from './webgpu.ts';

/** Engines that are taken by themselves only where they turn out to be faster than `onnx`, and what stands against each here. */
export const GPU_OBSTACLES: Readonly<Record<string, () => string | undefined>> = {
  'onnx-cuda': cudaObstacle,
  'onnx-webgpu': () => webgpuObstacle() ?? softwareOnly(),
};

/**
 * Whether an engine, or the automatic choice, may compute on a graphics device, which processes should not share by accident.
 * Starts nothing on the device.
 *
 * @param requested an engine's name or `auto`, for which ID3_ENGINE may stand
 */
export function mayComputeOnGpu(requested: string): boolean {
  const name = requested === 'auto' ? (process.env.ID3_ENGINE ?? '') : requested;
  if (name === 'tensorflow-gpu') return true;
  const engines = name === '' || name === 'auto' ? Object.keys(GPU_OBSTACLES) : [name];
  return engines.some((engine) => engine in GPU_OBSTACLES && GPU_OBSTACLES[engine]() === undefined);
}
