import { spawnSync } from 'node:child_process';

/**
 * The whole memory of the NVIDIA GPU that computes, in bytes; undefined where `nvidia-smi` does not tell. Of several it is the first of
 * CUDA_VISIBLE_DEVICES.
 */
export function gpuMemory(program = 'nvidia-smi'): number | undefined {
  const device = process.env.CUDA_VISIBLE_DEVICES?.split(',')[0] || '0';
  const asked = ['--query-gpu=memory.total', '--format=csv,noheader,nounits', `--id=${device}`];
  const { stdout } = spawnSync(program, asked, { encoding: 'utf8' });
  const found = /^\s*(\d+)\s*$/.exec(stdout ?? '');
  return found === null ? undefined : Number(found[1]) * 2 ** 20;
}
