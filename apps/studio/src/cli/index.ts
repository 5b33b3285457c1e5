import type { Command } from '@id3/cli';
import { bench } from './bench.ts';
import { face } from './face.ts';

export const studioCommands: readonly Command[] = [face, bench];
