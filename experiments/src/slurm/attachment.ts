import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, sum } from '@id3/core';
import { RunRecord, getRun, type RunRow } from '@id3/tracking';
import type { Plan, PlanNode } from '../plan.ts';
import { Interrupted, type ExecuteOptions } from '../scheduler/executor.ts';
import { Ledger } from '../scheduler/ledger.ts';
import { slurm, type QueuedState } from './client.ts';
import { FileLock } from './file-lock.ts';
import { takeJournals } from './journals.ts';
import { clusterFolder, readSubmission, type Submission } from './records.ts';
import type { Resources } from './resources.ts';
import { submit, type Setup } from './submit.ts';
import { jobsOf } from './submitted.ts';
import { verdictOn, type Verdict } from './verdict.ts';

const POLL_MS = Number(process.env.ID3_SLURM_POLL_MS ?? 10_000);
/** A shared file system may show a record or a result later than the queue shows its job's end. */
const LATE_MS = 6 * POLL_MS;
/** So often a node is submitted again whose job the machinery failed. */
const MAX_AGAIN = 3;

type Queue = ReadonlyMap<string, QueuedState>;

/** A process that looks after a plan's jobs: submits what nobody has submitted, takes their journals in, and sees them end. */
export class Attachment {
  private readonly ledger: Ledger;
  private readonly submissions = new Map<PlanNode, Submission>();
  private readonly missing: ReadonlySet<PlanNode>;
  private readonly pending: Set<PlanNode>;
  private readonly started = new Set<PlanNode>();
  /** Nodes that failed, or were not begun because of one that did, and why. */
  private readonly failures = new Map<PlanNode, string>();
  private readonly skipped = new Set<PlanNode>();
  /** Since when a node's job is not seen to be on its way. */
  private readonly lostSince = new Map<PlanNode, number>();
  private readonly noted = new Map<PlanNode, string>();

  constructor(
    private readonly plan: Plan,
    targets: readonly PlanNode[],
    private readonly options: ExecuteOptions,
    private readonly setup: Setup,
    private readonly resources: Resources,
  ) {
    this.ledger = new Ledger(options);
    this.missing = this.ledger.missing(targets);
    this.pending = new Set(this.missing);
  }

  /** Resolves with the run of each node when all have results. Throws a UserError that says what failed, after all that could go on has ended. */
  async run(): Promise<ReadonlyMap<PlanNode, number>> {
    const { listener, signal } = this.options;
    for (const node of this.plan.nodes)
      if (!this.missing.has(node) && this.ledger.isDone(node)) this.ledger.recordCached(node);
    const cached = this.ledger.runs.size;
    listener.planned(this.missing.size + cached, cached);
    await this.submit([...this.pending]);
    while (this.pending.size > 0) {
      await sleep(POLL_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted)
        throw new Interrupted(
          'Left. The jobs go on: the same command attaches to them again; npx nx run experiments:cancel ends them.',
        );
      await this.look();
    }
    const [failed] = this.failures;
    if (failed !== undefined) throw new UserError(this.report(failed[0], failed[1]));
    return this.ledger.runs;
  }

  private report(node: PlanNode, message: string): string {
    const others = [...this.failures.keys()].slice(1).map(({ label }) => `"${label}"`);
    const more = others.length > 0 ? `\nSo did ${others.join(', ')}.` : '';
    const left = [...this.skipped].map(({ label }) => `"${label}"`);
    const skipped = left.length > 0 ? `\nNot begun, because they need what failed: ${left.join(', ')}.` : '';
    return `The stage "${node.label}" failed: ${message}${more}${skipped}`;
  }

  /** Sees once what has become of all that is pending. */
  private async look(): Promise<void> {
    takeJournals(this.options.database);
    const queue = await slurm.queue();
    if (queue === undefined) return;
    const again: PlanNode[] = [];
    const superfluous: string[] = [];
    for (const node of this.pending) {
      const needs = Object.values(node.needs);
      if (needs.some((need) => this.failures.has(need) || this.skipped.has(need))) this.skip(node);
      else if (needs.some((need) => again.includes(need))) {
        // It waits for a job that is gone, and Slurm will end it in its own time.
        superfluous.push(...jobsOf(this.submissions.get(node)!));
        again.push(node);
      } else if (!this.isSettled(node, queue) && this.isToSubmit(node, this.verdict(node, queue)))
        again.push(node);
    }
    if (superfluous.length > 0) await slurm.cancel(superfluous);
    if (again.length > 0) await this.submit(again);
    const costs = (nodes: Iterable<PlanNode>) => sum(Array.from(nodes, ({ cost }) => cost));
    const all = costs(this.missing);
    this.options.parent.progress?.(Math.round(all - costs(this.pending)), Math.round(all));
  }

  private verdict(node: PlanNode, queue: Queue): Verdict {
    const submission = this.submissions.get(node)!;
    const verdict = verdictOn(node, this.setup.root, submission, queue);
    if (verdict.is === 'queued' || verdict.is === 'running') {
      this.lostSince.delete(node);
      this.note(node, submission, verdict.state);
      if (verdict.is === 'running' && !this.started.has(node)) {
        this.started.add(node);
        this.options.listener.started(node);
      }
      const { step, steps } = this.row(submission) ?? {};
      if (step && steps) this.options.listener.progress(node, step, steps);
    }
    return verdict;
  }

  /** Whether a node has its result, or has failed for good. */
  private isSettled(node: PlanNode, queue: Queue): boolean {
    const { database, listener } = this.options;
    const submission = this.submissions.get(node)!;
    const verdict = this.verdict(node, queue);
    if (this.ledger.isDone(node)) {
      const row = this.row(submission);
      if (row?.parentId !== this.options.parent.id) this.ledger.recordCached(node);
      else if (row.status === 'finished') this.ledger.runs.set(node, row.id);
      // Its job is still writing what the result says, unless it died over it.
      else if (verdict.is === 'running' || !this.isLate(node)) return true;
      else {
        node.result.record?.(new RunRecord(database, row.id), this.ledger.folder(node));
        database.record(row.id, [{ kind: 'ended', status: 'finished', error: null, time: Date.now() }]);
        this.ledger.runs.set(node, row.id);
      }
      this.pending.delete(node);
      this.note(node, submission, { state: 'COMPLETED', reason: undefined, node: undefined, restarts: -1 });
      listener.ended(node, row?.parentId === this.options.parent.id ? 'finished' : 'cached');
      return true;
    }
    if (verdict.is !== 'failed') return false;
    this.fail(node, verdict.message);
    return true;
  }

  private fail(node: PlanNode, message: string): void {
    this.failures.set(node, message);
    this.pending.delete(node);
    this.endRun(node, 'failed', message);
    this.options.listener.ended(node, 'failed');
  }

  private skip(node: PlanNode): void {
    const culprit = Object.values(node.needs).find(
      (need) => this.failures.has(need) || this.skipped.has(need),
    )!;
    this.skipped.add(node);
    this.pending.delete(node);
    this.endRun(node, 'interrupted', `Not begun: it needs "${culprit.label}", which has no result.`);
  }

  /** Writes the end of a run whose job could not. */
  private endRun(node: PlanNode, status: 'failed' | 'interrupted', error: string): void {
    const row = this.row(this.submissions.get(node)!);
    if (row !== undefined && ['queued', 'running'].includes(row.status))
      this.options.database.record(row.id, [{ kind: 'ended', status, error, time: Date.now() }]);
  }

  /** Whether a node's job is gone, so that it has to be submitted again. */
  private isToSubmit(node: PlanNode, verdict: Verdict): boolean {
    if (verdict.is === 'left') return true;
    if (verdict.is !== 'lost' && verdict.is !== 'cancelled') return false;
    const isLate = this.isLate(node);
    // Its job went with that of what it needs: that one decides.
    if (Object.values(node.needs).some((need) => this.lostSince.has(need) && this.pending.has(need)))
      return false;
    if (verdict.is === 'cancelled') {
      this.fail(node, verdict.message);
      return false;
    }
    if (!isLate) return false;
    const submission = this.submissions.get(node)!;
    if (submission.again >= MAX_AGAIN) {
      this.fail(
        node,
        `${verdict.why}, ${MAX_AGAIN + 1} times; look at the logs in ${this.setup.root}/cluster/batches/${submission.batch}`,
      );
      return false;
    }
    this.submissions.set(node, { ...submission, again: submission.again + 1 });
    this.options.listener.warning(node, `${verdict.why}; it is submitted again.`);
    return true;
  }

  /** Whether what is not seen of a node is late beyond what a slow file system explains. */
  private isLate(node: PlanNode): boolean {
    const since = this.lostSince.get(node) ?? Date.now();
    this.lostSince.set(node, since);
    return Date.now() - since >= LATE_MS;
  }

  /** Submits those of the nodes that nobody has in the queue, and attaches to the others. */
  private async submit(nodes: readonly PlanNode[]): Promise<void> {
    const { database, recorded } = this.options;
    const { root } = this.setup;
    if (nodes.length === 0) return;
    await FileLock.during(join(clusterFolder(root), 'submit.lock'), async () => {
      const queue = await slurm.queueNow();
      const unsubmitted = nodes.filter((node) => !this.attach(node, queue));
      const submitted = await submit(unsubmitted, {
        setup: this.setup,
        resources: this.resources,
        database,
        queueRun: (node, job) => {
          const record = database.queueRun(this.ledger.describe(node), job);
          recorded?.(node, record);
          return record;
        },
        known: (node) => this.submissions.get(node),
        queued: (node) => (this.ledger.isDone(node) ? undefined : this.submissions.get(node)?.job),
      });
      for (const [node, submission] of submitted) {
        this.submissions.set(node, submission);
        this.lostSince.delete(node);
      }
    });
  }

  /** Takes up what somebody has submitted of a node; gives whether it is on its way. */
  private attach(node: PlanNode, queue: Queue): boolean {
    const submission = readSubmission(this.setup.root, node);
    // What was found to be gone is not attached to again.
    if (submission === undefined || submission.batch === this.submissions.get(node)?.batch) return false;
    const verdict = verdictOn(node, this.setup.root, submission, queue);
    const isOnItsWay = verdict.is === 'queued' || verdict.is === 'running';
    if (isOnItsWay) this.submissions.set(node, submission);
    // Its run goes on with the new job.
    else if (!['failed', 'cancelled'].includes(verdict.is) && this.row(submission) !== undefined)
      this.submissions.set(node, { ...submission, again: 0 });
    return isOnItsWay;
  }

  /** The run of a submission, where it is this database's. */
  private row({ run, token }: Submission): RunRow | undefined {
    return this.options.database.jobToken(run) === token ? getRun(this.options.database, run) : undefined;
  }

  /** Writes what the queue says of a node's job, where that is new. */
  private note(node: PlanNode, submission: Submission, state: QueuedState): void {
    const text = JSON.stringify(state);
    if (this.noted.get(node) === text) return;
    this.noted.set(node, text);
    if (this.row(submission) !== undefined)
      this.options.database.noteJob(submission.run, submission.job, state);
  }
}
