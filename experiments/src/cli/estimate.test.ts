import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readTimings, saveTimings } from '../estimate/timings.ts';
import { startAblation, tinyWith } from '../fixtures/command.ts';

const out = mkdtempSync(join(tmpdir(), 'id3-estimate-'));
afterAll(() => rmSync(out, { recursive: true }));
const ablation = (...options: string[]) =>
  startAblation(tinyWith([`--out=${out}`, '--from-scratch', '--executor=slurm', ...options])).ended;
/** The options of the job of a stage, as a dry run prints them. */
const jobOf = (stage: string, scripts: string) =>
  scripts.split('#!/bin/bash').find((script) => script.includes(`--comment=${stage}`))!;

it('what an estimate found is what jobs ask for, of the networks that it timed', async () => {
  const before = await ablation('--dry-run');
  expect(jobOf('train-f', before.stdout)).not.toMatch(/--mem=|--time=/);
  const estimate = await ablation('--estimate');
  expect(estimate).toMatchObject({ code: 0 });
  expect(estimate.stdout).toMatch(/^train-recogniser .* and \d+ more: .* each$/m);
  const [, left, all] = /(\d+) of (\d+) stages are left/.exec(estimate.stdout)!;
  expect(left).toBe(all);
  expect(estimate.stdout).toMatch(/jobs of .* will ask for by estimate\.json/);
  const after = await ablation('--dry-run');
  for (const stage of ['train-f', 'train-recogniser']) {
    const { memoryGb } = (
      JSON.parse(/\{\s*"stages"[^]*/.exec(estimate.stdout)![0]) as {
        stages: Record<string, { hours: number; memoryGb: number }>;
      }
    ).stages[stage];
    expect(jobOf(stage, after.stdout)).toContain(`#SBATCH --mem=${Math.ceil(1024 * memoryGb)}M`);
    // Less than what starting takes.
    expect(jobOf(stage, after.stdout)).toContain('#SBATCH --time=0-00:15:00');
  }
  expect(jobOf('verify', after.stdout)).not.toMatch(/--mem=|--time=/);
  // Of a batch that was not timed, nothing is known.
  const other = await ablation('--dry-run', '--f.training.batchSize=24');
  expect(jobOf('train-f', other.stdout)).not.toMatch(/--mem=|--time=/);

  writeFileSync(join(out, 'estimate.json'), '{');
  const damaged = await ablation('--dry-run');
  expect(damaged.code).toBe(1);
  expect(damaged.stderr).toMatch(/estimate\.json is damaged; delete it, or let --estimate write it again\./);
  saveTimings(out, { step: { seconds: 2, bytes: 3 } });
  saveTimings(out, { other: { seconds: 4, bytes: 5 } });
  expect(readTimings(out)).toEqual({ step: { seconds: 2, bytes: 3 }, other: { seconds: 4, bytes: 5 } });
}, 300_000);
