import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import type { Database, QueuedJob, RunRecord } from '@id3/tracking';
import { nodeFolder, type PlanNode } from '../plan.ts';
import type { WorkerSetup } from '../scheduler/messages.ts';
import { planBatches, type After, type PlannedBatch } from './batches.ts';
import { slurm } from './client.ts';
import { batchFolder, writeBatch, writeSubmission, type JobNode, type Submission } from './records.ts';
import { askedFor, type Resources } from './resources.ts';
import { scriptOf } from './script.ts';

export type Setup = Omit<WorkerSetup, 'database'>;

/** What a submission needs to know. */
export interface Submitting {
  readonly setup: Setup;
  readonly resources: Resources;
  readonly database: Database;
  /** The run of a node that is new to the queue. */
  readonly queueRun: (node: PlanNode, job: QueuedJob) => RunRecord;
  /** What is known of an earlier submission of the node. */
  readonly known: (node: PlanNode) => Submission | undefined;
  /** The job in the queue that is to bring a node's result. */
  readonly queued: (node: PlanNode) => string | undefined;
}

/** Submits the jobs of nodes that nobody has in the queue; gives what was submitted for each. The caller holds the lock of submissions. */
export async function submit(
  nodes: readonly PlanNode[],
  context: Submitting,
): Promise<Map<PlanNode, Submission>> {
  const { resources, setup } = context;
  const { root } = setup;
  const batches = planBatches(
    nodes,
    context.queued,
    (stage) => askedFor(resources, stage),
    await slurm.maxArraySize(),
  );
  const jobs: { id: string; job: string }[] = [];
  const submitted = new Map<PlanNode, Submission>();
  // One transaction: each of its own would wait for the disk.
  const about = context.database.write(() => new Map(nodes.map((node) => [node, aboutRun(node, context)])));
  for (const batch of batches) {
    const asked = askedFor(resources, batch.stage);
    const id = randomBytes(5).toString('hex');
    const folder = batchFolder(root, id);
    const { registry, engine, checkpointSeconds } = setup;
    const jobNodes = batch.nodes.map((node): JobNode => ({ ...partOf(node), ...about.get(node)! }));
    const { work, parts } = batch;
    const { cpus, gpus, saveSeconds } = asked;
    writeBatch({
      id,
      root,
      registry,
      engine,
      checkpointSeconds,
      work,
      parts,
      cpus,
      saveSeconds,
      nodes: jobNodes,
    });
    const script = join(folder, 'job.sh');
    const after = batch.after.map((one) => idOf(one, batches, jobs));
    writeFileAtomic(script, scriptOf(batch, asked, { id, folder, after, setup: resources.setup }));
    const job = await slurm.submit(script);
    jobs.push({ id, job });
    if (work === 'part') continue;
    batch.nodes.forEach((node, index) => {
      const { run, token, again } = about.get(node)!;
      const split = work === 'finish' ? jobs.at(-2) : undefined;
      const submission: Submission = {
        batch: id,
        index,
        job: batch.tasks > 1 ? `${job}_${index}` : job,
        ...(split && { partsBatch: split.id, partsJob: split.job }),
        parts,
        run,
        token,
        label: node.label,
        cpus,
        gpus,
        again,
        submittedAt: Date.now(),
      };
      writeSubmission(root, node, submission);
      submitted.set(node, submission);
    });
  }
  return submitted;
}

/** The scripts as they would be submitted, with words in the place of the jobs' numbers. */
export function scriptsOf(
  nodes: readonly PlanNode[],
  { setup, resources }: Pick<Submitting, 'setup' | 'resources'>,
  maxTasks: number,
): string[] {
  const batches = planBatches(
    nodes,
    () => undefined,
    (stage) => askedFor(resources, stage),
    maxTasks,
  );
  const jobs = batches.map((_, k) => ({ id: `batch-${k + 1}`, job: `JOB${k + 1}` }));
  return batches.map((batch, k) => {
    const after = batch.after.map((one) => idOf(one, batches, jobs));
    const folder = batchFolder(setup.root, jobs[k].id);
    return scriptOf(batch, askedFor(resources, batch.stage), {
      id: jobs[k].id,
      folder,
      after,
      setup: resources.setup,
    });
  });
}

function idOf(after: After, batches: readonly PlannedBatch[], jobs: readonly { job: string }[]): string {
  if ('job' in after) return after.job;
  const { job } = jobs[after.batch];
  return after.index === undefined || batches[after.batch].tasks === 1 ? job : `${job}_${after.index}`;
}

/** Of a node, what its job needs. */
function partOf({ stage, key, inputs, label, needs }: PlanNode): Omit<JobNode, 'run' | 'token'> {
  const folders = Object.entries(needs).map(([role, need]) => [role, nodeFolder(need)]);
  return {
    stage: { name: stage.name, version: stage.version, finish: stage.finish !== undefined },
    key,
    inputs,
    label,
    needs: Object.fromEntries(folders) as Record<string, string>,
  };
}

/** The run that a node's jobs write to: that of its earlier submission where the machinery failed it. */
function aboutRun(
  node: PlanNode,
  { resources, known, queueRun }: Submitting,
): Pick<Submission, 'run' | 'token' | 'again'> {
  const before = known(node);
  if (before !== undefined) return { run: before.run, token: before.token, again: before.again };
  const { cpus, gpus } = askedFor(resources, node.stage.name);
  const token = randomBytes(8).toString('hex');
  const expectedSeconds = resources.measured?.get(node)?.seconds ?? node.cost;
  const { id } = queueRun(node, { token, cpus, gpus, expectedSeconds });
  return { run: id, token, again: 0 };
}
