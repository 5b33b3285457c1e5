import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { afterAll, describe, expect, it } from 'vitest';
import { splitStage } from '../fixtures/stages.ts';
import { Plan } from '../plan.ts';
import { askedFor, readResources, sbatchOptions } from './resources.ts';
import { scriptsOf } from './submit.ts';

const folder = mkdtempSync(join(tmpdir(), 'id3-resources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (content: unknown) => {
  const path = join(folder, 'resources.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const STAGES = ['train-f', 'verify'];

describe('a resources file', () => {
  it('gives a stage its own words before those of all, and those before the defaults', () => {
    const resources = readResources(
      file({
        default: { partition: 'gpu', cpus: 8, hours: 12, options: { qos: 'long' } },
        stages: { 'train-f': { hours: 25.51, gpus: 1, memoryGb: 0.5, options: { exclusive: true } } },
      }),
      STAGES,
    );
    expect(sbatchOptions(askedFor(resources, 'train-f'))).toEqual([
      '--partition=gpu',
      '--cpus-per-task=8',
      '--gpus=1',
      '--mem=512M',
      '--time=1-01:30:36',
      '--signal=B:TERM@120',
      '--qos=long',
      '--exclusive',
    ]);
    expect(sbatchOptions(askedFor({}, 'verify'))).toEqual(['--cpus-per-task=1', '--signal=B:TERM@120']);
  });

  it('goes before what was estimated, and that before the defaults', () => {
    const asked = (all: object, stage = 'train-f') =>
      askedFor({ default: all, estimated: { 'train-f': { hours: 3, memoryGb: 2 } } }, stage);
    expect(asked({})).toMatchObject({ hours: 3, memoryGb: 2, cpus: 1 });
    expect(asked({ hours: 12 })).toMatchObject({ hours: 12, memoryGb: 2 });
    expect(asked({}, 'verify')).not.toHaveProperty('hours');
  });

  it.each([
    ['{', /is no JSON/],
    [{ stages: { 'train-g': {} } }, /names a stage train-g, which there is not; stages are train-f, verify/],
    [{ default: { cpu: 1 } }, /is wrong at default/],
    [{ default: { hours: -1 } }, /is wrong at default\.hours/],
    [
      { stages: { verify: { options: { array: '0-3' } } } },
      /sets sbatch's option array, which the workbench sets itself/,
    ],
    [{ default: { options: { 'a;b': 'c' } } }, /is wrong at default\.options/],
  ])('%j is refused in a sentence', (content, expected) => {
    const read = () => readResources(file(content), STAGES);
    expect(read).toThrow(UserError);
    expect(read).toThrow(expected);
  });

  it('that is missing is refused in a sentence', () =>
    expect(() => readResources(join(folder, 'none.json'), STAGES)).toThrow(/is not there/));
});

it('scripts say what was asked for, and quote what a shell would take apart', () => {
  const plan = new Plan();
  plan.add(splitStage, { name: 'b', steps: 8, pause: 1 }, { before: {} }, { variant: 'full', label: 'b' });
  const setup = {
    registry: '',
    root: '/shared/my results',
    engine: 'auto',
    threads: 1,
    checkpointSeconds: 1,
  };
  const resources = {
    default: { parts: 4, partMinutes: 0, atOnce: 2, scratch: '/scratch' },
    setup: ['module load cuda'],
  };
  const [array, finish] = scriptsOf(plan.nodes, { setup, resources }, 1001);
  expect(array.split('\n').slice(0, 9)).toEqual([
    '#!/bin/bash',
    '#SBATCH --job-name=id3-batch-1',
    '#SBATCH --comment=split_b,_part',
    `#SBATCH '--output=/shared/my results/cluster/batches/batch-1/log-%a.txt'`,
    '#SBATCH --open-mode=append',
    '#SBATCH --requeue',
    '#SBATCH --array=0-3%2',
    '#SBATCH --cpus-per-task=1',
    '#SBATCH --signal=B:TERM@120',
  ]);
  expect(array).toContain(
    'module load cuda\nexport TMPDIR=/scratch/id3-$SLURM_JOB_ID\nmkdir -p "$TMPDIR"\nexec ',
  );
  expect(array).toContain(`'/shared/my results/cluster/batches/batch-1'`);
  expect(finish).toContain('#SBATCH --dependency=afterok:JOB1\n#SBATCH --kill-on-invalid-dep=yes\n');
});
