import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Starts a command of `id3`, in a process group of its own. */
function start(
  command: string,
  options: readonly string[],
  variables: Record<string, string> = {},
): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'tools/bin/id3.cjs'), command, ...options], {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Ends a process and all that it started, if they still run. */
export function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The smoke experiment, as `nx run experiments:smoke` starts it. */
export const startSmoke = (out: string): ChildProcess =>
  start('ablation', ['--profile=smoke', `--out=${out}`]);

/** Runs a command of `id3` to its end; gives what it printed. Throws where it fails. */
export async function run(command: string, options: readonly string[]): Promise<string> {
  return ended(start(command, options));
}

export async function ended(child: ChildProcess): Promise<string> {
  let [output, errors] = ['', ''];
  child.stdout!.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`It ended with ${code}: ${errors}`);
  return output;
}

export interface Server {
  readonly url: string;
  /** Of its process group. */
  readonly group: number;
  stop(): void;
}

/** The production build, as `nx run dashboard:start` starts it, on a free port over a database. */
export async function startDashboard(database: string, variables?: Record<string, string>): Promise<Server> {
  const child = start('dashboard-start', ['--port=0', `--database=${database}`], variables);
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (text: Buffer) => {
      output += text.toString();
      const at = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (at !== null && output.includes('Ready')) resolve(at[0]);
    };
    child.stdout!.on('data', listen);
    child.stderr!.on('data', listen);
    child.on('close', () => reject(new Error(`The dashboard ended: ${output}`)));
  });
  return { url, group: child.pid!, stop: () => killGroup(child) };
}
