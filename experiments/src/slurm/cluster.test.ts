import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getMetrics, listRuns, openDatabase, type Database } from '@id3/tracking';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clusterDiamond, diamondResults, startedJobs } from '../fixtures/cluster.ts';
import { runDiamond } from '../fixtures/plan.ts';
import { TestSlurm, slurmMissing } from '../fixtures/slurm.ts';
import { isDone } from '../scheduler/done.ts';

// On a real Slurm of two nodes. Each test is one fault that a cluster has.

if (slurmMissing !== undefined) console.warn(slurmMissing);

const TIMEOUT = 240_000;

describe.skipIf(slurmMissing !== undefined)('on a Slurm of two nodes', { timeout: TIMEOUT }, () => {
  let slurm: TestSlurm;
  let root: string;
  let attached: ChildProcess[];
  beforeAll(async () => void (slurm = await TestSlurm.start()), TIMEOUT);
  afterAll(() => slurm?.stop(), TIMEOUT);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'id3-cluster-'));
    attached = [];
  });
  afterEach(async () => {
    for (const child of attached) child.kill('SIGKILL');
    slurm.ask('scancel', '--user', 'root');
    rmSync(root, { recursive: true, force: true, maxRetries: 10 });
  });

  /** The command that submits the diamond and attaches to it, in a process of its own. */
  function attach(pause: number, options: { fail?: string; hours?: number; saveSeconds?: number } = {}) {
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        join(import.meta.dirname, '../fixtures/attach.ts'),
        root,
        String(pause),
        JSON.stringify(options),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    attached.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }));
    return { child, ended };
  }

  const until = async (condition: () => boolean, what: string): Promise<void> => {
    for (const deadline = Date.now() + 120_000; !condition(); await sleep(100))
      if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
  };
  const nodeOf = (label: string, pause: number) =>
    clusterDiamond(pause).nodes.find((node) => node.label.endsWith(` ${label}`))!;
  const resultOf = (label: string, pause: number) => {
    const node = nodeOf(label, pause);
    return join(root, node.stage.name, node.key);
  };
  /** Files of a kind in the folders of tries at a node, which are there while it is computed. */
  const tries = (label: string, pause: number) => {
    const node = nodeOf(label, pause);
    const folder = join(root, node.stage.name);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${node.key}.`))
      .map((name) => join(folder, name));
  };
  const isUnderWay = (label: string, pause: number) =>
    tries(label, pause).some(
      (folder) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('count-')),
    );
  const jobsOf = (label: string, pause: number) => startedJobs(root, nodeOf(label, pause).key);
  const asked = async <T>(question: (database: Database) => T): Promise<T> => {
    const database = openDatabase(join(root, 'tracking.sqlite'));
    try {
      return question(database);
    } finally {
      database.close();
    }
  };
  async function expectLocalResults(pause: number): Promise<void> {
    const local = mkdtempSync(join(tmpdir(), 'id3-local-'));
    await runDiamond(local, pause);
    expect(diamondResults(root, pause)).toEqual(diamondResults(local, pause));
    rmSync(local, { recursive: true });
    // Nothing is left of the tries.
    for (const label of ['a', 'b', 'c', 'd']) expect(tries(label, pause)).toEqual([]);
  }

  it("computes what this machine would, and each finds the other's results", async () => {
    expect(await attach(5).ended).toMatchObject({ code: 0 });
    await expectLocalResults(5);
    expect((await runDiamond(root, 5)).heard).toEqual([]);
    expect((await attach(5).ended).text).not.toContain('started');
    const statuses = await asked((database) => listRuns(database).map((run) => `${run.name} ${run.status}`));
    for (const label of ['counting a', 'split b', 'counting c', 'counting d']) {
      expect(statuses).toContain(`${label} finished`);
      expect(statuses).toContain(`${label} cached`);
    }
    const loss = await asked((database) => {
      const run = listRuns(database).find(
        ({ name, status }) => name === 'counting d' && status === 'finished',
      )!;
      expect(run.job).toMatch(/^\d+$/);
      return getMetrics(database, run.id, 'loss').map(({ value }) => value);
    });
    expect(loss).toEqual(Array.from({ length: 8 }, (_, k) => 1 / (k + 1)));
  });

  it('two submissions at once: each stage is computed once', async () => {
    const both = await Promise.all([attach(30).ended, attach(30).ended]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    for (const label of ['a', 'c', 'd']) expect(jobsOf(label, 30)).toHaveLength(1);
    await expectLocalResults(30);
  });

  it('the submitting command killed: jobs go on, and the next command attaches to them', async () => {
    const first = attach(150);
    await until(() => isUnderWay('a', 150), 'a begins');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await attach(150).ended;
    expect(second).toMatchObject({ code: 0 });
    for (const label of ['a', 'c', 'd']) expect(jobsOf(label, 150)).toHaveLength(1);
    await expectLocalResults(150);
  });

  it('a failed stage: its dependants are cancelled and told why, its siblings finish', async () => {
    const { code, text } = await attach(60, { fail: 'sentence' }).ended;
    expect(code).toBe(1);
    expect(text).toContain('The stage "counting c" failed: The moon is full; wait a week.');
    expect(text).toContain('Not begun, because they need what failed: "counting d".');
    expect(isDone(resultOf('b', 60))).toBe(true);
    const d = await asked((database) => listRuns(database).find(({ name }) => name === 'counting d')!);
    expect([d.status, d.error]).toEqual([
      'interrupted',
      'Not begun: it needs "counting c", which has no result.',
    ]);
    await until(() => slurm.ask('squeue', '-h') === '', 'the queue is empty');
  });

  it('scancel by hand ends a job for good, and the next command goes on where it was', async () => {
    const first = attach(300);
    await until(() => isUnderWay('a', 300), 'a begins');
    await sleep(1000);
    slurm.ask('scancel', '--name', jobName('a', 300));
    const { code, text } = await first.ended;
    expect(code).toBe(1);
    expect(text).toMatch(/The stage "counting a" failed: job \d+ was cancelled/);
    expect(await attach(300).ended).toMatchObject({ code: 0 });
    await expectLocalResults(300);
    // Of each step at most the one under way was done twice.
    const lines = readFileSync(join(resultOf('a', 300), 'diary-0'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(9);
  });

  it('a job that reaches its time limit is saved, put back, and goes on', async () => {
    const pause = 9000;
    const running = attach(pause, { hours: 1 / 60, saveSeconds: 20 });
    await until(() => jobsOf('a', pause).some(({ restarts }) => restarts > 0), 'a is put back');
    await until(() => isDone(resultOf('a', pause)), 'a is finished');
    running.child.kill('SIGKILL');
    const lines = readFileSync(join(resultOf('a', pause), 'diary-0'), 'utf8')
      .trim()
      .split('\n');
    expect(new Set(lines).size).toBe(8);
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it('the controller restarted: nothing is lost', async () => {
    const running = attach(150);
    await until(() => isUnderWay('a', 150), 'a begins');
    await slurm.kill('controller');
    await sleep(3000);
    slurm.startController();
    expect(await running.ended).toMatchObject({ code: 0 });
    await expectLocalResults(150);
  });

  it('a node killed: the stage goes on elsewhere, and what still computes there spoils nothing', async () => {
    const pause = 4000;
    const running = attach(pause);
    await until(() => isUnderWay('a', pause), 'a begins');
    const node = jobsOf('a', pause)[0].host as 'n1' | 'n2';
    await slurm.kill(node);
    await until(() => jobsOf('a', pause).some(({ restarts }) => restarts > 0), 'a begins elsewhere');
    expect(jobsOf('a', pause).at(-1)!.host).not.toBe(node);
    await until(() => isDone(resultOf('a', pause)), 'a is finished');
    slurm.startNode(node);
    running.child.kill('SIGKILL');
    expect(readFileSync(join(resultOf('a', pause), 'count-0'), 'utf8')).toBe('8');
    await until(() => tries('a', pause).length === 0, 'the first copy has seen that it lost');
  });

  /** The name of the job that computes a node. */
  function jobName(label: string, pause: number): string {
    const node = nodeOf(label, pause);
    const { batch } = JSON.parse(
      readFileSync(join(root, 'cluster', 'nodes', node.stage.name, `${node.key}.json`), 'utf8'),
    ) as { batch: string };
    return `id3-${batch}`;
  }
});
