import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeFileAtomic } from '@id3/core';
import { expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { stageResults, startAblation } from '../fixtures/command.ts';
import { describeOnSlurm } from '../fixtures/on-slurm.ts';
import { planAblation } from '../rows.ts';
import { ablationVariants } from '../variants.ts';
import { FROM_SCRATCH } from '../weights.ts';

/** One row of the smoke ablation, in which every kind of stage of the whole has its place. */
const ONE_ROW = [
  '--profile=smoke',
  '--variants=full',
  '--from-scratch',
  '--downstream.seeds=1',
  '--benchmarks.names=rendered-lfw',
  // A training has something to go on with from its first step on.
  '--checkpoint-seconds=0',
];

/** Every kind of stage; of the split ones a part, and the job that comes after the parts. */
const KINDS = [
  'anchors',
  'calibrate',
  'embed',
  'generate',
  'generate-part',
  'measure',
  'render-benchmark',
  'render-benchmark-part',
  'render-pool',
  'render-pool-part',
  'sample-grid',
  'train-diffusion',
  'train-f',
  'train-recogniser',
  'verify',
];

it('those are all kinds that the smoke ablation has', () => {
  const config = loadConfig('smoke', {});
  const { nodes } = planAblation(config, ablationVariants(config), FROM_SCRATCH).plan;
  const kinds = new Set(nodes.map(({ stage }) => stage.name));
  expect([...kinds].sort()).toEqual(KINDS.filter((kind) => !kind.endsWith('-part')));
});

describeOnSlurm('each kind of stage', (on) => {
  it('whose processes die in the middle is put back into the queue, and its result is that of this machine', async () => {
    const [here, there, notes] = ['here', 'there', 'notes'].map((name) => join(on.root, name));
    mkdirSync(notes);
    const resources = join(on.root, 'resources.json');
    const preload = pathToFileURL(join(import.meta.dirname, '../fixtures/die-once.mjs')).href;
    const setup = [`export DIE_NOTES=${notes} NODE_OPTIONS='--import ${preload}'`];
    writeFileAtomic(resources, JSON.stringify({ default: { parts: 2, partMinutes: 0 }, setup }));
    const cluster = startAblation([
      ...ONE_ROW,
      `--out=${there}`,
      '--executor=slurm',
      `--resources=${resources}`,
    ]);
    expect(await cluster.ended).toMatchObject({ code: 0 });
    expect(readdirSync(notes).sort()).toEqual(KINDS);
    expect(await startAblation([...ONE_ROW, `--out=${here}`]).ended).toMatchObject({ code: 0 });
    expect(stageResults(there)).toEqual(stageResults(here));
  }, 3_600_000);
});
