/** What the backend did so far. */
export interface Stats {
  /** Graphs compiled, and the time that took, in all and of all processors. */
  compiled: number;
  compileMs: number;
  compileCpuMs: number;
  /** Graphs run, and the time inside ONNX Runtime, in all and of all processors. */
  runs: number;
  /** Steps in them: a run may be a loop of several. */
  steps: number;
  /** Those of them that were repeated by a compiled step, without recording. */
  repeats: number;
  /** What went in and out of ONNX Runtime, and so to a device and back. */
  crossedBytes: number;
  runMs: number;
  runCpuMs: number;
  /** Time spent on collecting and recognising graphs. */
  collectMs: number;
  /** Nodes of the last graph. */
  nodes: number;
  /** Kernels that fell back to the cpu backend, by name. */
  fallbacks: Record<string, number>;
}

/** Of a backend that has done nothing. */
export const noStats = (): Stats => ({
  compiled: 0,
  compileMs: 0,
  compileCpuMs: 0,
  runs: 0,
  steps: 0,
  repeats: 0,
  crossedBytes: 0,
  runMs: 0,
  runCpuMs: 0,
  collectMs: 0,
  nodes: 0,
  fallbacks: {},
});

/** Starts measuring; what it returns tells the time since then, and that of all processors. */
export function stopwatch(): () => { ms: number; cpuMs: number } {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpuStart);
    return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
  };
}
