const EVERY_MS = 5_000;

/** Prints how far a long work is and how long the rest will take, every few seconds and at its end; what a killed run had done is not timed. */
export function progressPrinter(what: string): (done: number, count: number) => void {
  const start = Date.now();
  let printed = start;
  let before: number | undefined;
  return (done, count) => {
    before ??= done - 1;
    const now = Date.now();
    if (now - printed < EVERY_MS && done < count) return;
    printed = now;
    const rate = (done - before) / Math.max(1, now - start);
    const left = Math.round((count - done) / rate / 1000);
    console.error(`${what} ${done} of ${count}${done < count ? `, ${left} s left` : ''}`);
  };
}
