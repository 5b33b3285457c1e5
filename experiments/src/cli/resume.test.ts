import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listRuns, openDatabase } from '@id3/tracking';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stageResults, startAblation } from '../fixtures/command.ts';

// The smoke ablation's full row with the real stages: killed once in the middle of every one of them, it must
// end with the very files of a run that was left alone.

const OPTIONS = ['--profile=smoke', '--variants=full', '--downstream.seeds=1', '--checkpoint-seconds=0'];

/** Each stage, after those it depends on, with a file that shows that it is in the middle of its work. */
const STAGES = [
  ['render-pool', /^shard.*json$/],
  ['render-benchmark', /^lock/],
  ['train-f', /^trained/],
  ['train-diffusion', /^model/],
  ['anchors', /^lock/],
  ['generate', /^shard.*json$/],
  ['sample-grid', /^lock/],
  ['train-recogniser', /^model/],
  ['verify', /^lock/],
  ['embed', /^lock/],
  ['measure', /^lock/],
] as const;

let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'id3-resume-'))));
const REMOVE = { recursive: true, force: true };
afterAll(() => rmSync(root, REMOVE));

const start = (out: string) => startAblation([...OPTIONS, `--out=${out}`]);

/** Workers of a killed run end by themselves as soon as their current step lets them see that it is gone. */
async function workersEnd(child: ChildProcess): Promise<void> {
  const alive = (): boolean => {
    try {
      return process.kill(-child.pid!, 0);
    } catch {
      return false;
    }
  };
  while (alive()) await sleep(20);
}

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Whether a stage's folder holds the file and is not complete. */
const inTheMiddle = (out: string, stage: string, file: RegExp): boolean =>
  list(join(out, stage)).some((key) => {
    const names = list(join(out, stage, key));
    return !names.includes('done.json') && names.some((name) => file.test(name));
  });

it(
  'a run killed in each stage ends with the files of an uninterrupted one',
  { timeout: 600_000 },
  async () => {
    const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
    expect(await start(whole).ended).toMatchObject({ code: 0 });

    for (const [k, [stage, file]] of STAGES.entries()) {
      // A stage done in an earlier round is done again, which it is only if something asks for it.
      for (const [later] of STAGES.slice(k)) rmSync(join(killed, later), REMOVE);
      const { child, ended } = start(killed);
      let over = false;
      void ended.then(() => (over = true));
      while (!over && !inTheMiddle(killed, stage, file)) await sleep(2);
      child.kill('SIGKILL');
      expect(await ended, stage).toMatchObject({ code: null });
      await workersEnd(child);
    }
    expect(await start(killed).ended).toMatchObject({ code: 0 });
    expect(stageResults(killed)).toEqual(stageResults(whole));

    const database = openDatabase(join(killed, 'tracking.sqlite'));
    const statuses = listRuns(database).map((run) => run.status);
    expect(statuses).toContain('interrupted');
    expect(statuses).not.toContain('running');
    database.close();
  },
);
