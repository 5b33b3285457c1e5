/** So long may steps compute together: meanwhile the process hears nothing, neither who asks for progress nor who ends it. */
const CALL_MS = 2000;
/** Of so many steps, what the state costs on its way to a device and back is three per cent of what it costs one. */
const MOST = 32;
/** A loop is compiled once more; fewer steps do not pay for it. */
const WORTHWHILE = 100;
/** The first calls record the step and compile it: their time says nothing. */
const RECORDED = 2;
/** Calls of two steps by which a long step is tried, the first of which compiles. */
const TRIALS = 2;

/**
 * How many steps of a training are taken in one call: as many as fit into {@link CALL_MS} and between two checkpoints. Where a single step
 * takes longer, and the state crosses to a device in each call, most of it may be the crossing: two steps together are tried, and as many
 * are taken as fit beside it.
 */
export class Pace {
  private calls = 0;
  private looped = false;
  /** Milliseconds of a step in the last two calls, of a long step in those that took one. */
  private recent: number[] = [];
  /** Milliseconds of the calls of two long steps. */
  private trials: number[] = [];

  /**
   * @param checkpointSeconds between checkpoints; not above 0 where each step is saved
   * @param crosses whether the state crosses to a device
   */
  constructor(
    private readonly checkpointSeconds: number,
    private readonly crosses = false,
  ) {}

  /** Steps of the next call, of those that are left. */
  next(left: number): number {
    if (this.recent.length === 0) return 1;
    // The smaller of two: one of them may have compiled, or waited for another process.
    const ms = Math.min(...this.recent);
    const together = stepsTogether(0, ms, this.limit);
    if (together > 1) return !this.looped && left < WORTHWHILE ? 1 : Math.min(together, left);
    if (!this.crosses || this.limit <= 0) return 1;
    if (this.trials.length < TRIALS) return left < WORTHWHILE ? 1 : 2;
    const another = Math.max(1, Math.min(...this.trials) - ms);
    return Math.min(stepsTogether(ms - another, another, this.limit), left);
  }

  /** Notes what a call took. */
  took(ms: number, steps: number): void {
    if (++this.calls <= RECORDED) return;
    const isLong = stepsTogether(0, Math.min(...this.recent), this.limit) < 2;
    if (isLong && steps > 1) {
      if (this.trials.length < TRIALS) this.trials.push(ms);
      return;
    }
    if (steps > 1) this.looped = true;
    this.recent = [...this.recent, ms / steps].slice(-2);
  }

  private get limit(): number {
    return Math.min(CALL_MS, this.checkpointSeconds * 1000);
  }
}

/**
 * Steps of one call, at least 1, where a call takes `fixed` and each of its steps `each` milliseconds: as many as fit into `limit`, and
 * beside what is fixed where a single step does not.
 */
export function stepsTogether(fixed: number, each: number, limit = CALL_MS): number {
  const room = fixed + each > limit / 2 ? limit : limit - fixed;
  return Math.max(1, Math.min(MOST, Math.floor(room / each)));
}
