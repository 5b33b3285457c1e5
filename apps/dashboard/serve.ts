import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { UserError } from '@id3/core';
import parse from 'yargs-parser';

const HELP = `nx run dashboard:dev | dashboard:start [options]

  --database FILE     the tracking database (default: artefacts/tracking.sqlite)
  --port N            port to listen on (default: 3000)
  --host ADDRESS      address to listen on (default: 127.0.0.1, this machine alone)
  --allow-host NAMES  names by which browsers reach it, where that is not this machine`;

/** Starts Next's server, `next dev` or `next start`, with what the command line says. */
function serve([mode, ...argv]: string[]): void {
  const { _: positional, ...given } = parse(argv, {
    string: ['database', 'port', 'host', 'allow-host'],
    boolean: ['help'],
    configuration: { 'camel-case-expansion': false, 'parse-positional-numbers': false },
  });
  if (given.help) return console.log(HELP);
  const unknown = Object.keys(given).find(
    (name) => !['database', 'port', 'host', 'allow-host', 'help'].includes(name),
  );
  if (unknown !== undefined || positional.length > 0)
    throw new UserError(
      `The argument "${unknown === undefined ? positional[0] : `--${unknown}`}" is not understood (-- --help lists all).`,
    );
  const text = (name: string, otherwise: string): string => {
    const value: unknown = given[name] ?? otherwise;
    if (typeof value !== 'string' || value === '')
      throw new UserError(`The option --${name} needs one value, as in --${name}=VALUE.`);
    return value;
  };
  const [host, port] = [text('host', '127.0.0.1'), text('port', '3000')];
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new UserError(`The option --port is "${port}"; expected a number from 0 to 65535.`);
  const env = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    ID3_DATABASE: resolve(text('database', process.env.ID3_DATABASE ?? 'artefacts/tracking.sqlite')),
    ...(given['allow-host'] === undefined ? {} : { ID3_HOSTS: text('allow-host', '') }),
  };
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const child = spawn(process.execPath, [next, mode, '--hostname', host, '--port', port], {
    cwd: import.meta.dirname,
    env,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('close', (code) => process.exit(code ?? 1));
}

try {
  serve(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}
