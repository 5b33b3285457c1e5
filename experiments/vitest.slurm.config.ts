import { mergeConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

/** The executor on a real Slurm of two nodes: a quarter of an hour, most of it waiting for Slurm to notice what died. */
export default mergeConfig(shared, { test: { include: ['src/slurm/cluster.slurm.ts'] } });
