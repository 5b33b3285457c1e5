import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startCommand } from '../fixtures/command.ts';
import { describeOnSlurm, until } from '../fixtures/on-slurm.ts';
import { runDiamond } from '../fixtures/plan.ts';
import { isDone } from '../scheduler/done.ts';
import { runningJobs } from './submitted.ts';

describeOnSlurm('what becomes of jobs', (on) => {
  const statusOf = (name: string) => on.runs().find((run) => run.name === name)?.status;

  it('the submitting command killed: jobs go on, and the next command attaches to them', async () => {
    const diamond = on.diamond(150);
    const first = diamond.attach();
    await until(() => diamond.isUnderWay('a'), 'a begins');
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await diamond.attach().ended).toMatchObject({ code: 0 });
    for (const label of ['a', 'c', 'd']) expect(diamond.jobs(label)).toHaveLength(1);
    expect(diamond.results()).toEqual(await diamond.localResults());
  });

  it('a failed stage: its dependants are cancelled and told why, its siblings finish', async () => {
    const diamond = on.diamond(60);
    const { code, text } = await diamond.attach({ fail: 'sentence' }).ended;
    expect(code).toBe(1);
    expect(text).toContain('The stage "counting c" failed: The moon is full; wait a week.');
    expect(text).toContain('Not begun, because they need what failed: "counting d".');
    expect(isDone(diamond.resultOf('b'))).toBe(true);
    const d = on.runs().find(({ name }) => name === 'counting d')!;
    expect([d.status, d.error]).toEqual([
      'interrupted',
      'Not begun: it needs "counting c", which has no result.',
    ]);
    await on.emptied();
  });

  it('scancel by hand ends a job for good, and the next command goes on where it was', async () => {
    const diamond = on.diamond(300);
    const first = diamond.attach();
    await until(() => diamond.isUnderWay('a'), 'a begins');
    await sleep(1000);
    on.slurm.ask('scancel', '--name', diamond.jobName('a'));
    const { code, text } = await first.ended;
    expect(code).toBe(1);
    expect(text).toMatch(/The stage "counting a" failed: job \d+ was cancelled/);
    expect(await diamond.attach().ended).toMatchObject({ code: 0 });
    expect(diamond.results()).toEqual(await diamond.localResults());
    // Of each step at most the one under way was done twice.
    expect(diamond.diary('a').length).toBeLessThanOrEqual(9);
  });

  it('a job that reaches its time limit is saved, put back, and goes on', async () => {
    const diamond = on.diamond(9000);
    diamond.attach({ hours: 1 / 60, saveSeconds: 20 });
    await until(() => diamond.jobs('a').some(({ restarts }) => restarts > 0), 'a is put back');
    await until(() => isDone(diamond.resultOf('a')), 'a is finished');
    const steps = diamond.diary('a');
    expect(new Set(steps).size).toBe(8);
    expect(steps.length).toBeLessThanOrEqual(10);
  });

  it('a job that Slurm takes the node from, as preemption does, goes on where it was', async () => {
    const diamond = on.diamond(500);
    const running = diamond.attach();
    await until(() => diamond.isUnderWay('a'), 'a begins');
    await sleep(1500);
    const [id] = on.slurm.ask('squeue', '-h', '-t', 'R', '-o', '%A').split('\n');
    on.slurm.ask('scontrol', 'requeue', id);
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(diamond.jobs('a').map(({ restarts }) => restarts)).toEqual([1]);
    expect(diamond.results()).toEqual(await diamond.localResults());
    expect(diamond.diary('a').length).toBeLessThanOrEqual(9);
  });

  it('status says how each stage stands, ingest takes in what jobs wrote, cancel ends what is left', async () => {
    const diamond = on.diamond(8000);
    const running = diamond.attach();
    await until(() => diamond.isUnderWay('a'), 'a begins');
    running.child.kill('SIGKILL');
    await running.ended;
    await until(() => on.slurm.ask('squeue', '-h', '-t', 'R') !== '', 'a runs');
    const out = `--out=${on.root}`;
    const { stdout } = await startCommand('status', [out]).ended;
    expect(stdout).toMatch(/^counting a +running, job \d+ on n[12]$/m);
    expect(stdout).toMatch(/^counting d +queued, job \d+ \(Dependency\)$/m);
    expect(stdout).toMatch(
      /^Used by jobs: [\d.]+ core hours, 0\.0 GPU hours; about to come: [\d.]+ core hours, 0\.0 GPU hours\.$/m,
    );
    expect((await startCommand('ingest', [out]).ended).stdout).toMatch(/^\d+ lines were taken\.$/m);
    expect(statusOf('counting a')).toBe('running');
    expect(statusOf('counting d')).toBe('queued');
    const cancelled = await startCommand('cancel', [out]).ended;
    expect(cancelled.stdout).toContain('4 stages were cancelled');
    await on.emptied();
    for (const name of ['counting a', 'counting d']) expect(statusOf(name)).toBe('interrupted');
  });

  it('a local run beside the queue waits for what a job computes, and does itself what only waits there', async () => {
    const diamond = on.diamond(1000);
    const cluster = diamond.attach();
    await until(() => diamond.isUnderWay('a'), 'a begins');
    const local = await runDiamond(on.root, 1000, { jobOf: runningJobs(on.root) });
    expect(local.heard).toContain('waiting counting a');
    expect(local.heard).toContain('ended counting a cached');
    // Whoever was first with each of the others, the other took its result.
    expect(await cluster.ended).toMatchObject({ code: 0 });
    expect(diamond.diary('a')).toHaveLength(8);
    expect(diamond.results()).toEqual(await diamond.localResults());
  });
});
