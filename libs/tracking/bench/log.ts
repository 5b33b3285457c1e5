import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/index.ts';

// What one `run.log` of three metrics costs: at full speed, and in a loop of steps that log every 60 ms,
// where each log is written at once.
const folder = mkdtempSync(join(tmpdir(), 'id3-bench-'));
const database = openDatabase(join(folder, 'tracking.sqlite'));
const run = database.initRun({ experiment: 'bench', name: 'log', config: {} });
const metrics = (step: number) => ({ loss: 1 / (step + 1), rate: step, accuracy: 0.5 });

function microsecondsPerLog(name: string, calls: number, pauseMs: number): void {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  let nanoseconds = 0n;
  for (let step = 0; step < calls; step++) {
    if (pauseMs > 0) Atomics.wait(wait, 0, 0, pauseMs);
    const before = process.hrtime.bigint();
    run.log(step, metrics(step));
    nanoseconds += process.hrtime.bigint() - before;
  }
  console.log(`${name}: ${(Number(nanoseconds) / 1000 / calls).toFixed(1)} µs per log of 3 metrics`);
}

microsecondsPerLog('back to back', 50_000, 0);
microsecondsPerLog('one log in 60 ms', 50, 60);
run.finish();
database.close();
rmSync(folder, { recursive: true });
