import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FromWorker, Task, ToWorker, WorkerSetup } from './messages.ts';

/** A worker that has grown beyond this many bytes is replaced after its task. */
const RETIRE_RSS = 1.5 * 2 ** 30;
const ENTRY = join(import.meta.dirname, 'worker.ts');
/** Lets a Node process run TypeScript. */
export const TSX_ARGS = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];

/** What a worker answered to a task, or how it died. */
export type Answer = { ok: true } | { ok: false; message: string; mendable: boolean };

/** What a worker tells while it works. */
export interface WorkerListener {
  progress(step: number, steps: number, loss?: number): void;
  engine(description: string): void;
}

/** One worker process, started with its first task and again where it died or grew too large. */
export class Worker {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(private readonly setup: WorkerSetup) {}

  /** The pid of the running process, if there is one. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process where there is none. */
  async start(): Promise<Answer> {
    if (this.child !== undefined) return { ok: true };
    const threads = String(this.setup.threads);
    this.output = '';
    const child = fork(ENTRY, {
      execArgv: TSX_ARGS,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, OMP_NUM_THREADS: threads, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    this.child = child;
    child.on('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    // Kept for the report of a crash: on the terminal it would break the progress display.
    const keep = (text: Buffer) => (this.output = (this.output + text.toString()).slice(-4000));
    child.stdout!.on('data', keep);
    child.stderr!.on('data', keep);
    return this.ask({ type: 'setup', setup: this.setup });
  }

  /** Runs a task; resolves also where it fails or the process dies. */
  run(task: Task, listener: WorkerListener): Promise<Answer> {
    return this.ask({ type: 'task', task }, listener);
  }

  /** Ends the process: politely, then for good. Resolves when it is gone. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await gone;
    clearTimeout(timer);
  }

  private ask(message: ToWorker, listener?: WorkerListener): Promise<Answer> {
    const child = this.child!;
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        child.off('message', listen);
        child.off('exit', died);
        resolve(answer);
      };
      const listen = (reply: FromWorker): void => {
        if (reply.type === 'progress') listener?.progress(reply.step, reply.steps, reply.loss);
        else if (reply.type === 'engine') listener?.engine(reply.description);
        else if (reply.type === 'failed') settle({ ok: false, ...reply });
        else {
          if (reply.rss > RETIRE_RSS) this.retire();
          settle({ ok: true });
        }
      };
      const died = (code: number | null, signal: string | null): void => {
        const cause = signal === null ? `exit code ${code}` : `signal ${signal}`;
        const hint = signal === 'SIGKILL' ? ' (if memory ran out, use fewer --workers)' : '';
        const output = this.output.trim() === '' ? '' : `\n${this.output.trim()}`;
        settle({ ok: false, message: `its worker process died by ${cause}${hint}${output}`, mendable: true });
      };
      child.on('message', listen);
      child.on('exit', died);
      // Where the process is gone, `died` tells.
      child.send(message, () => {});
    });
  }

  private retire(): void {
    this.child?.kill();
    this.child = undefined;
  }
}
