import { grantedCores } from '@id3/core';
import { GPU_OBSTACLES, mayComputeOnGpu } from '@id3/engine/gpu';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { workersOf } from './run-command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A machine on which CUDA could compute, as far as files tell. */
function withCuda(): void {
  vi.stubEnv('ID3_ENGINE', '');
  vi.spyOn(GPU_OBSTACLES as Record<string, () => string | undefined>, 'onnx-cuda').mockReturnValue(undefined);
}

describe('where a GPU may compute', () => {
  it.each(['auto', 'onnx-cuda', 'tensorflow-gpu'] as const)(
    '%s has one worker, unless more are asked for',
    async (engine) => {
      withCuda();
      expect(mayComputeOnGpu(engine)).toBe(true);
      expect(await workersOf(undefined, { engine })).toBe(1);
      expect(await workersOf(3, { engine })).toBe(3);
    },
  );
  it('so has what ID3_ENGINE says', async () => {
    withCuda();
    vi.stubEnv('ID3_ENGINE', 'onnx-cuda');
    expect(await workersOf(undefined, { engine: 'auto' })).toBe(1);
    vi.stubEnv('ID3_ENGINE', 'onnx');
    expect(await workersOf(undefined, { engine: 'auto' })).toBe(grantedCores());
  });
  it('an engine of the CPU has one a core', async () => {
    withCuda();
    expect(await workersOf(undefined, { engine: 'onnx' })).toBe(grantedCores());
  });
});
