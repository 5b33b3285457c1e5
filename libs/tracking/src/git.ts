import { execFileSync } from 'node:child_process';

export interface GitState {
  readonly revision: string;
  /** Whether tracked files differ from the revision. */
  readonly dirty: boolean;
}

let state: GitState | null | undefined;

/** The revision of the code that runs, asked of git once a process; null outside a git repository. */
export function gitState(): GitState | null {
  if (state === undefined) {
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: import.meta.dirname,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    try {
      state = {
        revision: git('rev-parse', 'HEAD'),
        dirty: git('status', '--porcelain', '--untracked-files=no') !== '',
      };
    } catch {
      state = null;
    }
  }
  return state;
}
