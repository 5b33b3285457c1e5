import { defineConfig } from 'vitest/config';

/** Test settings that every project shares; a project's own `vitest.config.ts` re-exports or extends them. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    // As in CI: a snapshot that is missing fails, and is only written by `vitest -u`.
    update: 'none',
    include: ['src/**/*.test.ts'],
    // Two cores: one process per test file, at most two at a time.
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs: a busy machine is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
