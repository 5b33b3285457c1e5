/** So long may steps compute together: meanwhile the process hears nothing, neither who asks for progress nor who ends it. */
const CALL_MS = 2000;
/** Of so many steps, what the state costs on its way to a device and back is three per cent of what it costs one. */
const MOST = 32;
/** A loop is compiled once more; fewer steps do not pay for it. */
const WORTHWHILE = 100;
/** The first calls record the step and compile it: their time says nothing. */
const RECORDED = 2;

/** How many steps of a training are taken in one call: as many as fit into {@link CALL_MS} and between two checkpoints. */
export class Pace {
  private calls = 0;
  private looped = false;
  /** Milliseconds of a step in the last two calls. */
  private recent: number[] = [];

  /** @param checkpointSeconds between checkpoints; not above 0 where each step is saved */
  constructor(private readonly checkpointSeconds: number) {}

  /** Steps of the next call, of those that are left. */
  next(left: number): number {
    if (this.recent.length === 0) return 1;
    // The smaller of two: one of them may have compiled, or waited for another process.
    const ms = Math.min(...this.recent);
    const together = Math.floor(Math.min(CALL_MS, this.checkpointSeconds * 1000) / ms);
    if (together < 2 || (!this.looped && left < WORTHWHILE)) return 1;
    return Math.min(together, left, MOST);
  }

  /** Notes what a call took. */
  took(ms: number, steps: number): void {
    if (steps > 1) this.looped = true;
    if (++this.calls <= RECORDED) return;
    this.recent = [...this.recent, ms / steps].slice(-2);
  }
}
