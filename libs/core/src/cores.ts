import { availableParallelism } from 'node:os';

/** How many cores this process may use: in a Slurm job what that was granted, else what the machine has. */
export const grantedCores = (): number => Number(process.env.SLURM_CPUS_PER_TASK) || availableParallelism();
