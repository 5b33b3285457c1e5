import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@id3/core';
import { getMetrics, isAlive, listRuns, openDatabase, type ProcessIdentity } from '@id3/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diamond, runDiamond, runWith } from '../fixtures/plan.ts';
import { splitStage } from '../fixtures/stages.ts';
import { Plan, nodeFolder, type PlanNode } from '../plan.ts';
import { Interrupted } from './executor.ts';
import type { Workers } from './workers.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'id3-scheduler-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The folders of the diamond's stages by label. */
function folders(pause: number): Record<string, string> {
  return Object.fromEntries(
    diamond(pause).plan.nodes.map((node) => [node.label.split(' ')[1], join(root, nodeFolder(node))]),
  );
}

/** How often each step was done, over all stages: every count is 1 where no work was repeated. */
function stepCounts(pause: number): number[] {
  const counts = new Map<string, number>();
  for (const folder of Object.values(folders(pause)))
    for (const name of readdirSync(folder).filter((name) => name.startsWith('diary-')))
      for (const line of readFileSync(join(folder, name), 'utf8').trim().split('\n'))
        counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts.values()];
}

const scheduler = (pause: number) =>
  spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, '..', 'fixtures', 'main.ts'), root, String(pause)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe('runPlan', () => {
  it('runs each stage once, in order, records it, and then finds it in the cache', async () => {
    const first = await runDiamond(root, 1);
    const order = first.heard.filter((line) => line.startsWith('ended'));
    expect(order[0]).toBe('ended counting a finished');
    expect(order[3]).toBe('ended counting d finished');
    // 2 workers: b in two parts of 8 steps, the others in one
    expect(stepCounts(1)).toEqual(Array(40).fill(1));
    expect(readFileSync(join(folders(1).b, 'sum'), 'utf8')).toBe('16');

    const second = await runDiamond(root, 1);
    expect(second.heard).toEqual([]);
    expect(stepCounts(1)).toEqual(Array(40).fill(1));

    const database = openDatabase(join(root, 'tracking.sqlite'));
    const statuses = listRuns(database).map((run) => `${run.name} ${run.status}`);
    for (const label of ['counting a', 'split b', 'counting c', 'counting d']) {
      expect(statuses).toContain(`${label} finished`);
      expect(statuses).toContain(`${label} cached`);
    }
    const run = [...first.runs].find(([node]) => node.label === 'counting d')![1];
    expect(getMetrics(database, run, 'loss').map((metric) => metric.value)).toEqual(
      Array.from({ length: 8 }, (_, k) => 1 / (k + 1)),
    );
    database.close();
  });

  it.each([
    { fail: 'sentence', expected: /^The stage "counting c" failed: The moon is full; wait a week\.$/ },
    { fail: 'bug', expected: /undefined is not a moon\n.*stages\.ts/s },
    { fail: 'kill', expected: /its process died by signal SIGKILL/ },
  ] as const)(
    'after a failure ($fail) finishes what runs and starts nothing new',
    async ({ fail, expected }) => {
      const error = (await runDiamond(root, 20, { fail }).catch((e: unknown) => e)) as Error & {
        heard: string[];
      };
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toMatch(expected);
      expect(error.heard).not.toContain('started counting d');
      const database = openDatabase(join(root, 'tracking.sqlite'));
      const statusOf = (name: string) => listRuns(database).find((run) => run.name === name)?.status;
      expect(statusOf('counting a')).toBe('finished');
      expect(statusOf('counting c')).toBe('failed');
      expect(statusOf('counting d')).toBeUndefined();
      database.close();
    },
  );

  it('does not split a stage into more parts than there are slots, and queues no task beyond them', async () => {
    let [running, most] = [0, 0];
    const tasks: string[] = [];
    const workers: Workers = {
      slots: 2,
      async run({ stage, phase, part, parts, folder }, { progress }) {
        most = Math.max(most, ++running);
        progress(1, 1);
        await sleep(5);
        writeFileSync(join(folder, `count-${part}`), '8');
        tasks.push(`${stage} ${phase} ${part}/${parts}`);
        running--;
      },
      close: async () => {},
    };
    await runDiamond(root, 1, { workers });
    expect(most).toBe(2);
    expect(tasks[0]).toBe('counting run 0/1');
    expect(tasks.slice(1, 5).sort()).toEqual([
      'counting run 0/1',
      'split finish 0/2',
      'split run 0/2',
      'split run 1/2',
    ]);
    expect(tasks[5]).toBe('counting run 0/1');
  });

  it('ends what it has begun before it begins as urgent other work', async () => {
    const plan = new Plan();
    const about = { variant: 'full' };
    const targets = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
      plan.add(splitStage, { name, steps: 8, pause: 1 }, { before: {} }, { ...about, label: name }),
    );
    const workers: Workers = {
      slots: 2,
      run: async ({ folder, part }) => {
        await sleep(2);
        writeFileSync(join(folder, `count-${part}`), '8');
      },
      close: async () => {},
    };
    const { heard } = await runWith(root, { plan, targets, workers });
    let [active, most] = [0, 0];
    for (const line of heard) {
      active += line.startsWith('started') ? 1 : -1;
      most = Math.max(most, active);
    }
    expect(heard).toHaveLength(12);
    // One a slot, and one whose last part has just ended.
    expect(most).toBeLessThanOrEqual(3);
  });

  it('does at once what it calls started, also before more urgent work', async () => {
    const plan = new Plan();
    const add = (label: string, steps: number, before: Record<string, PlanNode<number>> = {}) =>
      plan.add(splitStage, { name: label, steps, pause: 1 }, { before }, { variant: 'full', label });
    const there = add('there', 1);
    const done: unknown[] = [];
    const workers: Workers = {
      slots: 1,
      async run({ folder, part, inputs, phase }) {
        writeFileSync(join(folder, `count-${part}`), '8');
        if (phase === 'run') done.push(inputs.name);
      },
      close: async () => {},
    };
    await runWith(root, { plan, targets: [there], workers });
    // The small one needs nothing, so it is ready first.
    await runWith(root, { plan, targets: [add('small', 1), add('large', 100_000, { there })], workers });
    expect(done).toEqual(['there', 'small', 'large']);
  });

  it('stops when asked to, and continues from the checkpoints', async () => {
    const abort = new AbortController();
    const running = runDiamond(root, 30, { signal: abort.signal });
    await until(() => existsSync(join(folders(30).a, 'count-0')));
    abort.abort();
    await expect(running).rejects.toBeInstanceOf(Interrupted);
    const database = openDatabase(join(root, 'tracking.sqlite'));
    expect(listRuns(database).find((run) => run.name === 'counting a')?.status).toBe('interrupted');
    database.close();
    await runDiamond(root, 30);
    expect(new Set(stepCounts(30))).toEqual(new Set([1]));
  });

  it('does a stage again whose result was deleted', async () => {
    await runDiamond(root, 1);
    rmSync(join(folders(1).d, 'count-0'));
    const { heard } = await runDiamond(root, 1);
    expect(heard).toEqual(['started counting d', 'ended counting d finished']);
  });

  it('goes on from results that another run has finished since it was planned', async () => {
    await runDiamond(root, 1);
    const marks = Object.values(folders(1)).map((folder) => join(folder, 'done.json'));
    for (const mark of marks) renameSync(mark, `${mark}.away`);
    const planned = () => marks.forEach((mark) => renameSync(`${mark}.away`, mark));
    const { heard } = await runDiamond(root, 1, { planned });
    expect(heard.sort()).toEqual([
      'ended counting a cached',
      'ended counting c cached',
      'ended counting d cached',
      'ended split b cached',
    ]);
  });

  it('killed, leaves no process behind, is resumed, and repeats nothing that was saved', async () => {
    const child = scheduler(50);
    const lock = join(folders(50).b, 'lock.json');
    const holders = () =>
      existsSync(lock) ? (JSON.parse(readFileSync(lock, 'utf8')) as ProcessIdentity[]) : [];
    await until(() => holders().length > 1 && existsSync(join(folders(50).b, 'count-0')));
    child.kill('SIGKILL');
    await once(child, 'close');
    await until(() => holders().every((holder) => isAlive(holder) === false));
    const finishedBefore = statSync(join(folders(50).a, 'done.json')).mtimeMs;
    await runDiamond(root, 50);
    expect(statSync(join(folders(50).a, 'done.json')).mtimeMs).toBe(finishedBefore);
    // The step under way may have been written into the diary but not into the checkpoint.
    expect(stepCounts(50).filter((count) => count > 1).length).toBeLessThanOrEqual(2);
    expect(stepCounts(50)).toHaveLength(40);
    const database = openDatabase(join(root, 'tracking.sqlite'));
    const statuses = listRuns(database).map((run) => run.status);
    expect(statuses).toContain('interrupted');
    expect(statuses).not.toContain('running');
    database.close();
  });

  it("leaves a stage to a cluster's job while that runs, and does it itself when the job is gone", async () => {
    let asked = 0;
    const jobOf = ({ label }: PlanNode) =>
      Promise.resolve(label === 'counting a' && ++asked <= 2 ? '17' : undefined);
    const { heard } = await runDiamond(root, 1, { jobOf });
    expect(heard[0]).toBe('waiting counting a');
    expect(heard).toContain('ended counting a finished');
    expect(asked).toBe(4);
    expect(stepCounts(1)).toEqual(Array(40).fill(1));
  });

  it('twice at once: one computes, the other waits and uses the result', async () => {
    const outputs = [scheduler(30), scheduler(30)].map(async (child) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      expect((await once(child, 'close'))[0]).toBe(0);
      return text;
    });
    const heard = (await Promise.all(outputs)).join('\n').split('\n');
    expect(stepCounts(30)).toEqual(Array(40).fill(1));
    expect(heard.filter((line) => line.startsWith('started')).sort()).toEqual([
      'started counting a',
      'started counting c',
      'started counting d',
      'started split b',
    ]);
  });
});
