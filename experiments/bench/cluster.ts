import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@id3/tracking';
import { setupIn } from '../src/fixtures/plan.ts';
import { TestSlurm } from '../src/fixtures/slurm.ts';
import { countingStage, splitStage } from '../src/fixtures/stages.ts';
import { Plan, type PlanNode } from '../src/plan.ts';
import { Ledger } from '../src/scheduler/ledger.ts';
import { submit } from '../src/slurm/submit.ts';

// What it costs to submit stages of no work as arrays to a real Slurm whose nodes take no jobs: seconds, and calls of sbatch.

/** Layers of equal stages; each waits for one of the layer before it. One stage is split into as many parts as there are stages. */
function planOf(stages: number, layers = 5): Plan {
  const plan = new Plan();
  let before: PlanNode | undefined;
  for (let layer = 0; layer < layers; layer++)
    for (let k = 0; k < stages / layers; k++) {
      const inputs = { name: `${layer}-${k}`, steps: 0, pause: 0 };
      const needs = before === undefined ? {} : { gate: before };
      const node = plan.add(
        countingStage,
        inputs,
        { before: needs as never },
        { variant: 'full', label: inputs.name },
      );
      if (k === stages / layers - 1) before = node;
    }
  plan.add(splitStage, { name: 'split', steps: 0, pause: 0 }, { before: {} }, { variant: 'full' });
  return plan;
}

const slurm = await TestSlurm.start();
slurm.ask('scontrol', 'update', 'nodename=n1,n2', 'state=drain', 'reason=bench');
for (const stages of [1000, 10_000]) {
  const root = mkdtempSync(join(tmpdir(), 'id3-cluster-bench-'));
  const database = openDatabase(join(root, 'tracking.sqlite'));
  const parent = database.initRun({ experiment: 'bench', name: 'bench', config: {} });
  const start = performance.now();
  const { nodes } = planOf(stages);
  const planned = performance.now();
  const ledger = new Ledger({ database, parent: { id: parent.id, experiment: 'bench' } });
  await submit(nodes, {
    setup: setupIn(root),
    resources: { default: { parts: 1000, partMinutes: 0 } },
    database,
    queueRun: (node, job) => database.queueRun(ledger.describe(node), job),
    known: () => undefined,
    queued: () => undefined,
  });
  const seconds = (performance.now() - planned) / 1000;
  const calls = readdirSync(join(root, 'cluster', 'batches')).length;
  const queued = slurm.ask('squeue', '-h', '-r').split('\n').length;
  console.log(
    `${nodes.length} stages: planned in ${((planned - start) / 1000).toFixed(2)} s, submitted in ${seconds.toFixed(1)} s by ${calls} calls of sbatch; ${queued} jobs in the queue`,
  );
  slurm.ask('scancel', '--user', userInfo().username);
  parent.finish();
  database.close();
  rmSync(root, { recursive: true });
}
await slurm.stop();
