import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ended, startSmoke } from './processes.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of a finished smoke experiment; tests change nothing of it but notes. */
    smoke: string;
  }
}

/** Runs the smoke experiment once for all test files. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'id3-dashboard-'));
  await ended(startSmoke(folder));
  project.provide('smoke', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
