import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { UserError } from '@id3/core';

/**
 * Runs Next's server, `next dev` or `next start`, until it ends; this process then ends with its exit code. Throws a UserError where
 * there is no build to start.
 */
export async function serve(
  mode: 'dev' | 'start',
  settings: { database: string; port: number; host: string; hosts: string | undefined },
): Promise<void> {
  const { database, port, host, hosts } = settings;
  if (mode === 'start' && !existsSync(join(import.meta.dirname, '.next', 'BUILD_ID')))
    throw new UserError('The dashboard is not built; start it with: npx nx run dashboard:start');
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [next, mode, '--hostname', host, '--port', String(port)], {
    cwd: import.meta.dirname,
    env: {
      ...process.env,
      NEXT_TELEMETRY_DISABLED: '1',
      ID3_DATABASE: resolve(database),
      ...(hosts === undefined ? {} : { ID3_HOSTS: hosts }),
    },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'close')) as [number | null];
  process.exit(code ?? 1);
}
