import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { errorCode } from '@id3/core';
import { getMetrics, listRuns, openDatabase, type Database } from '@id3/tracking';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clusterDiamond, diamondResults, startedJobs } from '../fixtures/cluster.ts';
import { TINY_CEILING, stageResults, startAblation, startCommand } from '../fixtures/command.ts';
import { runDiamond } from '../fixtures/plan.ts';
import { TestSlurm, slurmMissing } from '../fixtures/slurm.ts';
import { isDone } from '../scheduler/done.ts';

// On a real Slurm of two nodes. Each test is one fault that a cluster has.

if (slurmMissing !== undefined) console.warn(slurmMissing);

const TIMEOUT = 400_000;

describe.skipIf(slurmMissing !== undefined)('on a Slurm of two nodes', { timeout: TIMEOUT }, () => {
  let slurm: TestSlurm;
  let root: string;
  let attached: ChildProcess[];
  beforeAll(async () => {
    process.env.ID3_SLURM_POLL_MS = '1000';
    slurm = await TestSlurm.start();
  }, TIMEOUT);
  afterAll(() => slurm?.stop(), TIMEOUT);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'id3-cluster-'));
    attached = [];
  });
  afterEach(async () => {
    for (const child of attached) child.kill('SIGKILL');
    slurm.ask('scancel', '--user', userInfo().username);
    await until(() => slurm.ask('squeue', '-h') === '', 'the queue is empty');
    rmSync(root, { recursive: true, force: true, maxRetries: 10 });
  });

  /** The command that submits the diamond and attaches to it, in a process of its own. */
  function attach(
    pause: number,
    options: { fail?: string; hours?: number; saveSeconds?: number; setup?: string[] } = {},
    environment: Record<string, string> = {},
  ) {
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
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
    );
    attached.push(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }));
    return { child, ended };
  }

  const until = async (condition: () => boolean, what: string): Promise<void> => {
    for (const deadline = Date.now() + 240_000; !condition(); await sleep(100))
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

  it('status says how each stage stands, ingest takes in what jobs wrote, cancel ends what is left', async () => {
    const running = attach(8000);
    await until(() => isUnderWay('a', 8000), 'a begins');
    running.child.kill('SIGKILL');
    await running.ended;
    await until(() => slurm.ask('squeue', '-h', '-t', 'R') !== '', 'a runs');
    const { stdout } = await startCommand('status', [`--out=${root}`]).ended;
    expect(stdout).toMatch(/^counting a +running, job \d+ on n[12]$/m);
    expect(stdout).toMatch(/^counting d +queued, job \d+ \(Dependency\)$/m);
    expect(stdout).toMatch(/^Used by jobs: [\d.]+ core hours, 0\.0 GPU hours\.$/m);
    expect((await startCommand('ingest', [`--out=${root}`]).ended).stdout).toMatch(
      /^\d+ lines were taken\.$/m,
    );
    const statusOf = (name: string) =>
      asked((database) => listRuns(database).find((run) => run.name === name)?.status);
    expect(await statusOf('counting a')).toBe('running');
    expect(await statusOf('counting d')).toBe('queued');
    const cancelled = await startCommand('cancel', [`--out=${root}`]).ended;
    expect(cancelled.stdout).toContain('4 stages were cancelled');
    await until(() => slurm.ask('squeue', '-h') === '', 'the queue is empty');
    for (const name of ['counting a', 'counting d']) expect(await statusOf(name)).toBe('interrupted');
  });

  it('a job that Slurm takes the node from, as preemption does, goes on where it was', async () => {
    const running = attach(500);
    await until(() => isUnderWay('a', 500), 'a begins');
    await sleep(1500);
    slurm.ask('scontrol', 'requeue', slurm.ask('squeue', '-h', '-t', 'R', '-o', '%A').split('\n')[0]);
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(jobsOf('a', 500).map(({ restarts }) => restarts)).toEqual([1]);
    await expectLocalResults(500);
    const lines = readFileSync(join(resultOf('a', 500), 'diary-0'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(9);
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

  it.each([
    { label: 'a', what: 'a whole stage' },
    { label: 'b', what: 'a part of a split one' },
  ])(
    'a node killed in $what: it goes on elsewhere, and what still computes there spoils nothing',
    async ({ label }) => {
      const pause = 4000;
      const running = attach(pause);
      await until(() => isUnderWay(label, pause), `${label} begins`);
      const node = jobsOf(label, pause)[0].host as 'n1' | 'n2';
      await slurm.kill(node);
      await until(
        () => jobsOf(label, pause).some(({ restarts }) => restarts > 0),
        `${label} begins elsewhere`,
      );
      for (const { restarts, host } of jobsOf(label, pause)) if (restarts > 0) expect(host).not.toBe(node);
      await until(() => isDone(resultOf(label, pause)), `${label} is finished`);
      slurm.startNode(node);
      running.child.kill('SIGKILL');
      const result = resultOf(label, pause);
      if (label === 'b') expect(readFileSync(join(result, 'sum'), 'utf8')).toBe('16');
      expect(readFileSync(join(result, 'count-0'), 'utf8')).toBe('8');
      await until(() => tries(label, pause).length === 0, 'the first copy has seen that it lost');
    },
  );

  it('a shared file system that shows late what others wrote: the same results, and nothing is taken for lost', async () => {
    const preload = `--import ${pathToFileURL(join(import.meta.dirname, '../fixtures/late-fs.mjs')).href}`;
    const notes = mkdtempSync(join(tmpdir(), 'id3-late-'));
    const environment = { NODE_OPTIONS: preload, LATE_ROOT: root, LATE_MS: '2500', LATE_OWN: notes };
    const setup = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
    const { code, text } = await attach(20, { setup }, environment).ended;
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).not.toContain('warning');
    // It did hide things, from each job its own.
    expect(readdirSync(notes).length).toBeGreaterThanOrEqual(6);
    rmSync(notes, { recursive: true });
    for (const label of ['a', 'c', 'd']) expect(jobsOf(label, 20)).toHaveLength(1);
    await expectLocalResults(20);
  });

  it('a job that the machinery failed is submitted again, with those that waited for it', async () => {
    const marker = join(root, 'began');
    const once = `[ -e ${marker} ] || { touch ${marker}; exit 1; }`;
    const { code, text } = await attach(5, { setup: [once] }).ended;
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toMatch(/warning counting a job \d+ never began .*; it is submitted again\./);
    await expectLocalResults(5);
  });

  it('a job that the machinery always fails ends in a sentence', async () => {
    const { code, text } = await attach(5, { setup: ['exit 1'] }).ended;
    expect(code).toBe(1);
    expect(text).toMatch(
      /The stage "counting a" failed: job \d+ never began.*, 4 times; look at the logs in/,
    );
  });

  it.skipIf(userInfo().uid !== 0)(
    'a full disk is said in a sentence, and nothing is lost by it',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', root]);
      try {
        const first = attach(1000);
        await until(() => isUnderWay('a', 1000), 'a begins');
        fill(join(root, 'filler'));
        const { code, text } = await first.ended;
        expect(code).toBe(1);
        expect(text).toContain('The disk is full');
        await until(() => slurm.ask('squeue', '-h', '-t', 'R') === '', 'no job runs');
        rmSync(join(root, 'filler'));
        slurm.ask('scancel', '--user', userInfo().username);
        await until(() => slurm.ask('squeue', '-h') === '', 'the queue is empty');
        expect(await attach(1000).ended).toMatchObject({ code: 0 });
        expect(readFileSync(join(resultOf('b', 1000), 'sum'), 'utf8')).toBe('16');
      } finally {
        await until(() => slurm.ask('squeue', '-h') === '', 'the queue is empty');
        execFileSync('umount', ['--lazy', root]);
      }
    },
  );

  it('the ablation gives the table and the files of this machine, byte for byte', async () => {
    const [here, there] = ['here', 'there'].map((name) => join(root, name));
    const local = await startAblation([...TINY_CEILING, `--out=${here}`]).ended;
    const cluster = await startAblation([...TINY_CEILING, `--out=${there}`, '--executor=slurm']).ended;
    expect([local, cluster]).toMatchObject([{ code: 0 }, { code: 0 }]);
    const table = (out: string) => readFileSync(join(out, 'reports', 'ablation-smoke', 'table.md'), 'utf8');
    expect(table(there)).toBe(table(here));
    expect(stageResults(there)).toEqual(stageResults(here));
    // Each finds all that the other has made.
    const again = await startAblation([...TINY_CEILING, `--out=${there}`, '--name=again']).ended;
    expect(again.stdout).toMatch(/^(\d+) stages, \1 of them in the cache/);
    const back = await startAblation([...TINY_CEILING, `--out=${here}`, '--name=again', '--executor=slurm'])
      .ended;
    expect(back.stdout).toMatch(/^(\d+) stages, \1 of them in the cache/);
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

/** Writes a file until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 20; size > 0; size >>= 1)
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if (errorCode(error) !== 'ENOSPC') throw error;
      }
  } finally {
    closeSync(file);
  }
}
