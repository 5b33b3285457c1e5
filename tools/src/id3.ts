import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, type Program } from '@id3/cli';
import { dashboardCommands } from '@id3/dashboard/cli';
import { experimentCommands } from '@id3/experiments/cli';
import { studioCommands } from '@id3/studio/cli';
import { toolCommands } from './commands/index.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

/** Every command of the workbench. */
export const PROGRAM: Program = {
  name: 'id3',
  version,
  commands: [...experimentCommands, ...toolCommands, ...studioCommands, ...dashboardCommands],
};

/** The one command line of the workbench: runs what was typed after `id3`. */
export async function id3(words: readonly string[]): Promise<void> {
  // Who reads the output has seen enough, as `head` has.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  await main(PROGRAM, words);
}
