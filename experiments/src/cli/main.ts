import { availableParallelism } from 'node:os';
import { UserError } from '@id3/core';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { Interrupted } from '../scheduler/scheduler.ts';
import { OPTIONS_HELP, parseArguments, type Arguments } from './arguments.ts';

export interface Command {
  /** The Nx target, `ablation` for `nx run experiments:ablation`. */
  readonly name: string;
  readonly summary: string;
  readonly profile?: string;
  run(config: Config, args: Arguments, signal: AbortSignal): Promise<void>;
}

/**
 * Runs a command line to its exit code: 0, 1 after an error, which a person can mend in one sentence
 * or else has its stack, or 130 after Ctrl-C. A second Ctrl-C ends the process at once.
 */
export async function main(command: Command): Promise<void> {
  const abort = new AbortController();
  process.on('SIGINT', () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  });
  process.on('SIGTERM', () => abort.abort());
  try {
    const args = parseArguments(process.argv.slice(2), {
      profile: command.profile ?? 'quick',
      cores: availableParallelism(),
    });
    if (args.help)
      console.log(`nx run experiments:${command.name} [options]\n\n${command.summary}\n\n${OPTIONS_HELP}`);
    else await command.run(loadConfig(args.profile, args.overrides), args, abort.signal);
  } catch (error) {
    if (error instanceof Interrupted) {
      console.error('Stopped. Run the same command again to continue from the last checkpoints.');
      process.exitCode = 130;
    } else {
      console.error(error instanceof UserError ? error.message : error);
      process.exitCode = 1;
    }
  }
}
