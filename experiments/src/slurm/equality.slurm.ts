import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMetrics } from '@id3/tracking';
import { expect, it } from 'vitest';
import { stageResults, startAblation } from '../fixtures/command.ts';
import { describeOnSlurm } from '../fixtures/on-slurm.ts';
import { runDiamond } from '../fixtures/plan.ts';

describeOnSlurm('a cluster beside this machine', (on) => {
  it("computes what this machine would, and each finds the other's results", async () => {
    const diamond = on.diamond(5);
    expect(await diamond.attach().ended).toMatchObject({ code: 0 });
    expect(diamond.results()).toEqual(await diamond.localResults());
    expect((await runDiamond(on.root, 5)).heard).toEqual([]);
    expect((await diamond.attach().ended).text).not.toContain('started');
    const runs = on.runs();
    const statuses = runs.map((run) => `${run.name} ${run.status}`);
    for (const label of ['counting a', 'split b', 'counting c', 'counting d']) {
      expect(statuses).toContain(`${label} finished`);
      expect(statuses).toContain(`${label} cached`);
    }
    const run = runs.find(({ name, status }) => name === 'counting d' && status === 'finished')!;
    expect(run.job).toMatch(/^\d+$/);
    const losses = on.asked((database) => getMetrics(database, run.id, 'loss').map(({ value }) => value));
    expect(losses).toEqual(Array.from({ length: 8 }, (_, k) => 1 / (k + 1)));
  });

  it('two submissions at once: each stage is computed once', async () => {
    const diamond = on.diamond(30);
    const both = await Promise.all([diamond.attach().ended, diamond.attach().ended]);
    expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
    for (const label of ['a', 'c', 'd']) expect(diamond.jobs(label)).toHaveLength(1);
    expect(diamond.results()).toEqual(await diamond.localResults());
  });

  it('the smoke ablation gives the table and the files of this machine, byte for byte', async () => {
    const [here, there] = ['here', 'there'].map((name) => join(on.root, name));
    const ablation = async (out: string, ...options: string[]) => {
      const ended = await startAblation(['--profile=smoke', `--out=${out}`, ...options]).ended;
      expect(ended).toMatchObject({ code: 0 });
      return ended.stdout;
    };
    await ablation(here);
    await ablation(there, '--executor=slurm');
    for (const file of ['table.md', 'measures.csv']) {
      const [ours, theirs] = [here, there].map((out) =>
        readFileSync(join(out, 'reports', 'ablation-smoke', file), 'utf8'),
      );
      expect(theirs).toBe(ours);
    }
    expect(stageResults(there)).toEqual(stageResults(here));
    // Each finds all that the other has made.
    const allCached = /^(\d+) stages, \1 of them in the cache/;
    expect(await ablation(there, '--name=again')).toMatch(allCached);
    expect(await ablation(here, '--name=again', '--executor=slurm')).toMatch(allCached);
  }, 3_600_000);
});
