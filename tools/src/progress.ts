import { createLogUpdate } from 'log-update';

/** How often a line is printed where there is no terminal to redraw. */
const PLAIN_MS = 10_000;

/** Shows how far a tool is: one redrawn line on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  private readonly draw = process.stdout.isTTY ? createLogUpdate(process.stdout) : undefined;
  private readonly startedAt = Date.now();
  private first: number | undefined;
  private printedAt = 0;

  /** @param unit what is counted, such as `images` */
  constructor(private readonly unit: string) {}

  readonly update = (done: number, count: number): void => {
    // What a killed run had done says nothing about the speed of this one.
    this.first ??= done;
    const now = Date.now();
    const rate = ((done - this.first) * 1000) / Math.max(1, now - this.startedAt);
    const left =
      rate > 0 ? `, ${rate.toFixed(0)} a second, ${((count - done) / rate / 60).toFixed(1)} min left` : '';
    const line = `${done} of ${count} ${this.unit}${left}`;
    if (this.draw !== undefined) this.draw(line);
    else if (now - this.printedAt >= PLAIN_MS || done === count) {
      console.log(line);
      this.printedAt = now;
    }
    if (done === count) this.draw?.done();
  };
}
