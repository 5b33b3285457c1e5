import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { getMetrics, listRuns, openDatabase } from './index.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-tracking-'));
  path = join(folder, 'tracking.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FIXTURE = join(import.meta.dirname, 'fixtures', 'logger.ts');

function logger(name: string, steps: number, pauseMs: number) {
  return spawn(process.execPath, ['--import', 'tsx', FIXTURE, path, name, String(steps), String(pauseMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

it.each([
  { pace: 'fast steps', pauseMs: 3, atLeast: 400 },
  { pace: 'slow steps', pauseMs: 400, atLeast: 5 },
])('a killed process loses at most a second of $pace and is interrupted', async ({ pauseMs, atLeast }) => {
  const child = logger('victim', 1e6, pauseMs);
  const logged: { step: number; time: number }[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [step, time] = line.split(' ').map(Number);
      logged.push({ step, time });
    }
    if (logged.length >= atLeast) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const killed = logged.at(-1)!.time;

  const database = openDatabase(path);
  const [run] = listRuns(database);
  expect(run.status).toBe('interrupted');
  const kept = new Set(getMetrics(database, run.id, 'loss').map((metric) => metric.step));
  const lost = logged.filter(({ step, time }) => time < killed - 1_000 && !kept.has(step));
  expect(lost).toEqual([]);
  expect(kept.size).toBeGreaterThan(0);
  database.close();
});

it('four processes open a new database at once and lose nothing', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const codes = names.map(async (name) => {
    const child = logger(name, 300, 1);
    child.stdout.resume();
    return (await once(child, 'close'))[0] as number;
  });
  expect(await Promise.all(codes)).toEqual([0, 0, 0, 0]);
  const database = openDatabase(path);
  const runs = listRuns(database, { statuses: ['finished'] });
  expect(runs.map((run) => run.name).sort()).toEqual(names);
  for (const run of runs)
    expect(getMetrics(database, run.id).map((metric) => metric.value)).toEqual(
      Array.from({ length: 300 }, (_, step) => step / 10),
    );
  database.close();
});
