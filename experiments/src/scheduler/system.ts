import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SYSTEM } from '@id3/tracking';

/** Samples are this far apart: what a step costs more does not grow with its speed. */
export const SAMPLE_MS = 2_000;

/** What a process has used so far. */
export interface Usage {
  /** Of some clock, in ms. */
  readonly wallMs: number;
  /** Of all its threads. */
  readonly cpuMs: number;
  /** Inside compiled steps. */
  readonly engineMs: number;
}

/** Share of the time and bytes in use of a GPU. */
export interface GpuUse {
  readonly share: number;
  readonly bytes: number;
}

/** Between two moments: cores in use, the engine's share of the time, and how much memory the process holds at the second, in bytes. */
export function usedBetween(
  before: Usage,
  after: Usage,
  memoryBytes: number,
  gpu?: GpuUse,
): Record<string, number> {
  const wall = after.wallMs - before.wallMs;
  return {
    [SYSTEM.cpu]: (after.cpuMs - before.cpuMs) / wall,
    [SYSTEM.memory]: memoryBytes / 1e6,
    [SYSTEM.engine]: (after.engineMs - before.engineMs) / wall,
    ...(gpu && { [SYSTEM.gpu]: gpu.share, [SYSTEM.gpuMemory]: gpu.bytes / 1e6 }),
  };
}

/** Watches this process while it works: tells what it used, at most once in {@link SAMPLE_MS}. */
export class SystemWatch {
  private last: Usage;

  /** @param engineMs of all compiled steps so far; @param gpu what is known of the GPU now */
  constructor(
    private readonly engineMs: () => number,
    private readonly gpu: () => GpuUse | undefined = () => undefined,
  ) {
    this.last = this.now();
  }

  /** What was used since the last sample; undefined where that was a moment ago. */
  sample(): Record<string, number> | undefined {
    if (performance.now() - this.last.wallMs < SAMPLE_MS) return undefined;
    const now = this.now();
    const used = usedBetween(this.last, now, process.memoryUsage.rss(), this.gpu());
    this.last = now;
    return used;
  }

  private now(): Usage {
    const { user, system } = process.cpuUsage();
    return { wallMs: performance.now(), cpuMs: (user + system) / 1000, engineMs: this.engineMs() };
  }
}

/** The use of a GPU as NVIDIA's own program tells it, from a process that lives as long as this one. */
export class GpuWatch {
  latest: GpuUse | undefined;
  private readonly child: ChildProcess;

  /** @param program what prints `utilisation in %, memory in MiB`, a line a sample */
  constructor(program = 'nvidia-smi') {
    const device = process.env.CUDA_VISIBLE_DEVICES?.split(',')[0] || '0';
    const asked = [
      '--query-gpu=utilization.gpu,memory.used',
      '--format=csv,noheader,nounits',
      `--id=${device}`,
    ];
    this.child = spawn(program, [...asked, `--loop-ms=${SAMPLE_MS}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Where there is no such program, nothing is told.
    this.child.on('error', () => {});
    this.child.unref();
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on('line', (line) => (this.latest = gpuUse(line)));
    process.once('exit', () => this.stop());
  }

  stop(): void {
    this.child.kill();
  }
}

/** A line such as `87, 5321`; undefined where it is none, as `[N/A]` is. */
export function gpuUse(line: string): GpuUse | undefined {
  const found = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(line);
  return found === null ? undefined : { share: Number(found[1]) / 100, bytes: Number(found[2]) * 2 ** 20 };
}
