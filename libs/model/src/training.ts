/** How a long training talks to whoever started it. */
export interface TrainingHooks {
  /** Called after each step (counted from 1) with what it measured and the number of steps in all. */
  log(step: number, metrics: Record<string, number>, steps: number): void;
  /** Where the state is saved, and how often. An existing file is continued from. */
  checkpoint: { path: string; everySeconds: number };
}
