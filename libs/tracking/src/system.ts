/** Metrics of the process that computes a run, by what they say: every second or two beside those of its steps. */
export const SYSTEM = {
  /** Cores in use, all threads together. */
  cpu: 'system.cpuCores',
  /** Resident memory. */
  memory: 'system.memoryMB',
  /** Share of the time inside compiled steps; the rest is waiting for data, writing and bookkeeping. */
  engine: 'system.engineShare',
  /** Of a GPU: the share of the time that it was busy, and its memory in use. */
  gpu: 'system.gpuShare',
  gpuMemory: 'system.gpuMemoryMB',
} as const;
