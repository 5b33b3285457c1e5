import type { Command } from '@id3/cli';
import { bench } from './bench.ts';
import { look } from './look.ts';
import { makeDatabase } from './make-database.ts';
import { dev, start } from './serve.ts';

export const dashboardCommands: readonly Command[] = [start, dev, look, bench, makeDatabase];
