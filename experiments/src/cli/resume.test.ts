import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@id3/core';
import { listRuns, openDatabase } from '@id3/tracking';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The smoke ablation's full row with the real stages: killed once in the middle of every one of them, it must
// end with the very files of a run that was left alone.

const COMMAND = join(import.meta.dirname, 'ablation.ts');
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

function start(out: string) {
  // In a process group of its own, by which its workers are found.
  const args = ['--import', 'tsx', COMMAND, ...OPTIONS, `--out=${out}`];
  const child = spawn(process.execPath, args, { detached: true });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}

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

/** The SHA-256 of every file that a stage left. */
function results(out: string): Record<string, string> {
  const paths = STAGES.flatMap(([stage]) =>
    list(join(out, stage)).flatMap((key) =>
      list(join(out, stage, key)).map((name) => join(stage, key, name)),
    ),
  );
  return Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(join(out, path)))]));
}

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
      while (!over && !inTheMiddle(killed, stage, file))
        await sleep(2);
      child.kill('SIGKILL');
      expect(await ended, stage).toMatchObject({ code: null });
      await workersEnd(child);
    }
    expect(await start(killed).ended).toMatchObject({ code: 0 });
    expect(results(killed)).toEqual(results(whole));

    const database = openDatabase(join(killed, 'tracking.sqlite'));
    const statuses = listRuns(database).map((run) => run.status);
    expect(statuses).toContain('interrupted');
    expect(statuses).not.toContain('running');
    database.close();
  },
);
