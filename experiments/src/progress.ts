import { hostname } from 'node:os';
import { relative } from 'node:path';
import { duration } from '@id3/core';
import { createLogUpdate } from 'log-update';
import type { PlanNode } from './plan.ts';
import type { Holder, ScheduleListener } from './scheduler/executor.ts';

/** The rate of a stage is measured over this long. */
const WINDOW_MS = 20_000;
/** How often lines are printed where there is no terminal to redraw. */
const PLAIN_MS = 10_000;
const REDRAW_MS = 250;
const BAR_WIDTH = 20;

/** Steps per second over the last while, from reports of steps done. */
export class RateMeter {
  private readonly reports: { time: number; step: number }[] = [];

  /** `time` in milliseconds. */
  report(time: number, step: number): void {
    // Where a stage's parts change hands it goes back for a moment: what was before says nothing of the rate.
    if (step < (this.reports.at(-1)?.step ?? 0)) this.reports.length = 0;
    this.reports.push({ time, step });
    while (this.reports.length > 2 && this.reports[1].time < time - WINDOW_MS) this.reports.shift();
  }

  /** Undefined until two reports differ. */
  get perSecond(): number | undefined {
    const first = this.reports[0];
    const last = this.reports[this.reports.length - 1];
    if (first === undefined || last.time === first.time || last.step === first.step) return undefined;
    return ((last.step - first.step) * 1000) / (last.time - first.time);
  }
}

/** A path as a person would type it: from the current folder where it lies below that. */
export function typedPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : below;
}

interface Shown {
  step: number;
  steps: number;
  loss: number | undefined;
  readonly startedAt: number;
  readonly meter: RateMeter;
}

/** Shows a running plan: redrawn lines on a terminal, a line now and then elsewhere. */
export class Progress implements ScheduleListener {
  private readonly active = new Map<PlanNode, Shown>();
  private readonly startedAt = Date.now();
  private readonly draw: ReturnType<typeof createLogUpdate> | undefined;
  private readonly timer: NodeJS.Timeout;
  private engineSaid = '';
  private total = 0;
  private done = 0;

  constructor(private readonly out: NodeJS.WriteStream) {
    // A terminal without height, as some wrappers give, cannot be redrawn.
    if (out.isTTY && out.rows > 0) this.draw = createLogUpdate(out);
    this.timer = setInterval(() => this.show(), this.draw === undefined ? PLAIN_MS : REDRAW_MS);
  }

  planned(total: number, cached: number): void {
    this.total = total;
    this.done = cached;
    this.say(`${total} stages, ${cached} of them in the cache.`);
  }

  started(node: PlanNode): void {
    this.active.set(node, {
      step: 0,
      steps: 0,
      loss: undefined,
      startedAt: Date.now(),
      meter: new RateMeter(),
    });
  }

  progress(node: PlanNode, step: number, steps: number, loss?: number): void {
    const shown = this.active.get(node);
    if (shown === undefined) return;
    Object.assign(shown, { step, steps, loss });
    shown.meter.report(Date.now(), step);
  }

  ended(node: PlanNode, how: 'finished' | 'cached' | 'failed'): void {
    const shown = this.active.get(node);
    this.active.delete(node);
    if (how !== 'failed') this.done++;
    const time = shown === undefined ? '' : ` after ${duration((Date.now() - shown.startedAt) / 1000)}`;
    const loss = shown?.loss === undefined ? '' : `, loss ${shown.loss.toPrecision(3)}`;
    this.say(`[${this.done}/${this.total}] ${node.label}: ${how}${time}${loss}`);
  }

  engine(description: string): void {
    if (description === this.engineSaid) return;
    this.engineSaid = description;
    this.say(`Engine: ${description}`);
  }

  warning(node: PlanNode, sentence: string): void {
    this.say(`${node.label}: ${sentence}`);
  }

  waiting(node: PlanNode, holder: Holder): void {
    this.say(`${node.label}: ${wordsFor(holder)}.`);
  }

  /** Ends the display and leaves what it said. */
  stop(): void {
    clearInterval(this.timer);
    this.draw?.clear();
    this.draw?.done();
  }

  private say(line: string): void {
    if (this.draw === undefined) this.out.write(`${line}\n`);
    else {
      this.draw.clear();
      this.out.write(`${line}\n`);
      this.show();
    }
  }

  private show(): void {
    const elapsed = duration((Date.now() - this.startedAt) / 1000);
    if (this.draw !== undefined) {
      const width = Math.max(...[...this.active.keys()].map((node) => node.label.length), 0);
      const lines = [...this.active].map(
        ([node, shown]) => `${node.label.padEnd(width)} ${bar(shown)} ${numbers(shown)}`,
      );
      this.draw([...lines, `${this.done} of ${this.total} stages done, ${elapsed}`].join('\n'));
    } else if (this.active.size > 0) {
      const parts = [...this.active].map(([node, shown]) => `${node.label} ${numbers(shown)}`);
      this.out.write(`[${this.done}/${this.total}, ${elapsed}] ${parts.join(' | ')}\n`);
    }
  }
}

function bar({ step, steps }: Shown): string {
  const full = steps === 0 ? 0 : Math.round((BAR_WIDTH * step) / steps);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

function numbers({ step, steps, loss, meter }: Shown): string {
  if (steps === 0) return 'starting';
  const rate = meter.perSecond;
  const speed =
    rate === undefined ? [] : [`${rate.toPrecision(3)}/s`, `${duration((steps - step) / rate)} left`];
  return [`${step}/${steps}`, ...speed, ...(loss === undefined ? [] : [`loss ${loss.toPrecision(3)}`])].join(
    ', ',
  );
}

function wordsFor(holder: Holder): string {
  if ('job' in holder)
    return `job ${holder.job} of the cluster computes it; waiting to use its result (experiments:cancel ends the cluster's jobs)`;
  const { host, pid } = holder;
  // Whether a process of another machine lives, nobody here can know.
  const elsewhere = host === hostname() ? '' : `; if ${host} is gone, delete lock.json in the stage's folder`;
  return `another run (process ${pid} of ${host}) computes it; waiting to use its result${elsewhere}`;
}
