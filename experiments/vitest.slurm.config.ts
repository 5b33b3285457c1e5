import { mergeConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

/** The executor on a real Slurm of two nodes: half an hour, much of it waiting for Slurm to notice what died. CI runs src/slurm/equality.slurm.ts. */
export default mergeConfig(shared, {
  test: { include: ['src/slurm/*.slurm.ts'], fileParallelism: false, hookTimeout: 600_000 },
});
