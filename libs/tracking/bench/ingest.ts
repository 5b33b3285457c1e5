import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournals, stepsFrom } from '../src/fixtures/journals.ts';
import { getEvents, getMetrics, ingest, openDatabase, type Database } from '../src/index.ts';

// Journals of many jobs taken into one database while they grow: by an ingester that is killed again and again, and then by one that
// is not. Says rows/s, memory, and what was lost or doubled.
const [JOURNALS, ROWS, ROWS_A_LINE, KILLS] = [200, 5000, 10, 50];
const folder = mkdtempSync(join(tmpdir(), 'id3-bench-'));

async function write(database: Database, pauseMs: number): Promise<void> {
  const journals = openJournals(database, folder, JOURNALS);
  for (let first = 0; first < ROWS; first += ROWS_A_LINE) {
    for (const [k, journal] of journals.entries())
      journal.record(k + 1, [
        stepsFrom(first, ROWS_A_LINE),
        { kind: 'event', level: 'info', message: String(first), time: first },
      ]);
    await sleep(pauseMs);
  }
  for (const journal of journals) journal.close();
}

function countWrong(database: Database): number {
  let wrong = 0;
  for (let run = 1; run <= JOURNALS; run++) {
    const rows = getMetrics(database, run, 'loss');
    wrong +=
      rows.filter(({ step, value }, k) => step !== k || value !== k / 2).length +
      Math.abs(ROWS - rows.length);
    wrong += Math.abs(ROWS / ROWS_A_LINE - getEvents(database, run).length);
  }
  return wrong;
}

const path = join(folder, 'killed.sqlite');
const database = openDatabase(path);
const writing = write(database, 100);
const args = ['--import', 'tsx', join(import.meta.dirname, '../src/fixtures/ingester.ts'), path, folder];
let memory = 0;
for (let kill = 0; kill < KILLS; kill++) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on(
    'data',
    (text: Buffer) => (memory = Math.max(memory, ...text.toString().trim().split('\n').map(Number))),
  );
  await Promise.race([once(child.stdout, 'data'), sleep(8000)]);
  await sleep(Math.random() * 300);
  child.kill('SIGKILL');
  await once(child, 'close');
}
await writing;
ingest(database, folder);
const total = JOURNALS * ROWS;
console.log(
  `${total} rows of ${JOURNALS} growing journals, ingester killed ${KILLS} times: ${countWrong(database)} lost or doubled, at most ${(memory / 1024).toFixed(0)} MiB`,
);
database.close();

const fresh = openDatabase(join(folder, 'fresh.sqlite'));
for (let k = 0; k < JOURNALS; k++)
  fresh.queueRun(
    { experiment: 'journals', name: `run ${k}`, config: { k } },
    { token: 't', cpus: 1, gpus: 0, expectedSeconds: 1 },
  );
const start = performance.now();
ingest(fresh, folder);
console.log(`all at once: ${Math.round(total / ((performance.now() - start) / 1000))} rows/s`);
const again = performance.now();
ingest(fresh, folder);
console.log(`a pass with nothing new: ${(performance.now() - again).toFixed(1)} ms`);
fresh.close();
rmSync(folder, { recursive: true });
