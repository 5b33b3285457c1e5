import { fork, type ChildProcess, type Serializable } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { UserError } from './errors.ts';

// Everything about processes of our own: how they start, how they are asked, and what is said where they fail.

/** Lets a Node process run TypeScript. Looked up from the module that is run: a bundler that meets this file would take tsx in. */
const tsxArgs = (entry: string): string[] => [
  '--import',
  pathToFileURL(createRequire(entry).resolve('tsx')).href,
];
/** So long a process may take to end politely. */
const POLITE_MS = 3_000;
/** Of what a process writes, so many characters are kept for the report of its death. */
const KEPT_OUTPUT = 4000;

/** Why a process did not do what it was asked. */
export interface Failure {
  readonly message: string;
  /** Whether the message is for the person at the keyboard and needs no stack. */
  readonly mendable: boolean;
}

/** What a process tells of an error that ended its work. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UserError) return { message: error.message, mendable: true };
  return { message: (error instanceof Error ? error.stack : undefined) ?? String(error), mendable: false };
}

/** Thrown where a process failed or died. */
export class ChildFailure extends Error implements Failure {
  constructor(
    message: string,
    readonly mendable: boolean,
  ) {
    super(message);
  }
}

/** A process that runs a TypeScript module of ours and answers messages. */
export class Child<Question extends Serializable, Reply> {
  private readonly child: ChildProcess;
  private output = '';

  /**
   * @param threads compute threads of its engine
   * @param heapMiB the most that its objects may take; Node's own limit unless given
   */
  constructor(entry: string, threads: number, heapMiB?: number) {
    this.child = fork(entry, {
      execArgv: [...tsxArgs(entry), ...(heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`])],
      // Structured clones: messages may carry bytes.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, OMP_NUM_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    // Kept for the report of a crash: on the terminal it would break the progress display.
    const keep = (text: Buffer) => (this.output = (this.output + text.toString()).slice(-KEPT_OUTPUT));
    this.child.stdout!.on('data', keep);
    this.child.stderr!.on('data', keep);
  }

  /** Undefined where the process could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /**
   * Sends a message and hears the replies until one of them calls `answer`. Rejects with what `hear` throws, and with a
   * {@link ChildFailure} where the process dies.
   */
  ask<A>(question: Question, hear: (reply: Reply, answer: (value: A) => void) => void): Promise<A> {
    return new Promise((resolve, reject) => {
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          this.child.off('message', heard);
          this.child.off('exit', died);
          settle(value);
        };
      const [answer, fail] = [settled(resolve), settled(reject)];
      const heard = (reply: Reply): void => {
        try {
          hear(reply, answer);
        } catch (error) {
          fail(error);
        }
      };
      const died = (code: number | null, signal: string | null): void =>
        fail(new ChildFailure(this.deathNote(code, signal), true));
      this.child.on('message', heard);
      this.child.on('exit', died);
      // Where the process is gone, `died` tells.
      this.child.send(question, () => {});
    });
  }

  /** Sends a message that has no reply of its own. */
  tell(message: Question): void {
    this.child.send(message, () => {});
  }

  /** Ends the process: politely, then for good. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), POLITE_MS);
    await gone;
    clearTimeout(timer);
  }

  private deathNote(code: number | null, signal: string | null): string {
    const cause = signal === null ? `ended with exit code ${code}` : `died by signal ${signal}`;
    const hint = signal === 'SIGKILL' ? ' (if memory ran out, use fewer --workers or smaller batches)' : '';
    const output = this.output.trim() === '' ? '' : `\n${this.output.trim()}`;
    return `its process ${cause}${hint}${output}`;
  }
}
