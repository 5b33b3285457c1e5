import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError, errorCode, firstLine } from '@id3/core';

const run = promisify(execFile);

/** What the queue says of one job, or of one task of an array. */
export interface QueuedState {
  /** Slurm's word, such as `PENDING`. */
  readonly state: string;
  /** Why it waits, such as `Resources`. */
  readonly reason: string | undefined;
  readonly node: string | undefined;
  /** How often it was put back into the queue. */
  readonly restarts: number;
}

/** Jobs of ours are named so, and after it by their batch. */
export const JOB_NAME = 'id3-';

const FIELDS = ['JobArrayID', 'Name', 'State', 'Reason', 'NodeList', 'RestartCnt'];
const WIDTH = 120;

/** States of a job that will not run any more. */
const ENDED = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'TIMEOUT',
]);
export const hasEnded = ({ state }: QueuedState): boolean => ENDED.has(state);

const WAITING = new Set(['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT']);
export const isWaiting = ({ state }: QueuedState): boolean => WAITING.has(state);

/** The words of Slurm's commands that the workbench needs. */
export const slurm = {
  /** Submits a script and gives the job's id. Throws a UserError with what Slurm says. */
  async submit(script: string): Promise<string> {
    try {
      const { stdout } = await run('sbatch', ['--parsable', script], { env: clean() });
      return stdout.trim().split(';')[0];
    } catch (error) {
      throw refused('sbatch', error, `look at ${script}, or name other resources`);
    }
  },

  /**
   * Jobs of ours by id, such as `17` or `17_3`, those that ended lately among them. Undefined where the controller does not answer: it may
   * be starting again.
   */
  async queue(): Promise<ReadonlyMap<string, QueuedState> | undefined> {
    const format = FIELDS.map((field) => `${field}:${WIDTH}`).join(',');
    try {
      const { stdout } = await run('squeue', ['-h', '-r', '-t', 'all', '-O', format], {
        maxBuffer: 1 << 28,
        timeout: 30_000,
      });
      return parseQueue(stdout);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw missing('squeue');
      return undefined;
    }
  },

  /** The same, where there is no waiting. Throws a UserError where the controller does not answer. */
  async queueNow(): Promise<ReadonlyMap<string, QueuedState>> {
    const queue = await slurm.queue();
    if (queue === undefined)
      throw new UserError(
        "Slurm's controller does not answer (squeue failed); run the same command again when it does.",
      );
    return queue;
  },

  /** Ends jobs, waiting or running. */
  async cancel(ids: readonly string[]): Promise<void> {
    for (let k = 0; k < ids.length; k += 500)
      try {
        await run('scancel', ids.slice(k, k + 500));
      } catch (error) {
        throw refused('scancel', error, 'run the command again');
      }
  },

  /** Puts a running job back into the queue; gives whether Slurm took it. */
  async requeue(id: string): Promise<boolean> {
    return run('scontrol', ['requeue', id]).then(
      () => true,
      () => false,
    );
  },

  /** The longest that a job may run in a partition, in hours: the default one where none is named. Infinity where nothing is known of a limit. */
  async maxHours(partition: string | undefined): Promise<number> {
    const of = partition === undefined ? [] : ['-p', partition];
    const answer = await run('sinfo', ['-h', '-o', '%P %l', ...of]).catch(() => ({ stdout: '' }));
    return parseLimits(answer.stdout, partition === undefined);
  },

  /** One more than the largest index of an array's task. */
  async maxArraySize(): Promise<number> {
    try {
      const { stdout } = await run('scontrol', ['show', 'config']);
      return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? 1001);
    } catch (error) {
      throw refused('scontrol', error, 'log in where jobs can be submitted');
    }
  },
};

/** What `squeue` printed in columns. */
export function parseQueue(text: string): Map<string, QueuedState> {
  const jobs = new Map<string, QueuedState>();
  for (const line of text.split('\n')) {
    const [id, name, state, reason, node, restarts] = FIELDS.map((_, k) =>
      line.slice(k * WIDTH, (k + 1) * WIDTH).trim(),
    );
    if (!name?.startsWith(JOB_NAME)) continue;
    const why = reason === 'None' || reason === '' ? undefined : reason;
    jobs.set(id, { state, reason: why, node: node || undefined, restarts: Number(restarts) });
  }
  return jobs;
}

/** The smallest limit of partitions, in hours, from lines such as `gpu* 1-00:00:00`; of the default one, which has a star, alone where told. */
export function parseLimits(text: string, isDefaultAlone: boolean): number {
  const hours = text.split('\n').flatMap((line) => {
    const time = /^(\S+) (?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)$/.exec(line.trim());
    if (time === null || (isDefaultAlone && !time[1].endsWith('*'))) return [];
    const [days, hour, minute, second] = time.slice(2).map((part) => Number(part ?? 0));
    return [24 * days + hour + minute / 60 + second / 3600];
  });
  return Math.min(Infinity, ...hours);
}

/** Where an sbatch runs inside a job, the outer job's words are not the inner one's. */
const clean = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name === 'SLURM_CONF' || !/^(SLURM|SBATCH)_/.test(name)),
  );

const missing = (command: string): UserError =>
  new UserError(
    `There is no ${command} here: --executor=slurm wants a machine from which a Slurm cluster takes jobs.`,
  );

function refused(command: string, error: unknown, mend: string): unknown {
  if (errorCode(error) === 'ENOENT') return missing(command);
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return new UserError(
    `Slurm's ${command} failed: ${stderr === '' ? firstLine(error) : stderr.replaceAll('\n', ' ')}; ${mend}.`,
  );
}
