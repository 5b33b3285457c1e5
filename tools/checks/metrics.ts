/**
 * `npx nx run checks:metrics -- [REVISION…]`: the size and shape of the code at some revisions (HEAD if none is named), a column each, as
 * a Markdown table. Installs nothing; today's rules of the import graph are applied to every revision.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import graph from '../../.dependency-cruiser.mjs';
import { ROOMS } from './rooms.mjs';
import { measureSource, type FunctionMeasure } from './source-measures.ts';

const ROOT = join(import.meta.dirname, '../..');
const HIGHEST_LINES = 60;
const HIGHEST_PARAMETERS = 4;
const LONGEST = 10;

/** Row → cell. */
type Column = Record<string, string>;

const isTest = (path: string): boolean => /\.test\.tsx?$|\/(e2e|fixtures|conformance)\//.test(path);

function git(...parameters: string[]): string {
  return execFileSync('git', parameters, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Writes a revision's files into an empty folder, its libraries findable by their names. Returns the source files' paths. */
function unpack(revision: string, folder: string): string[] {
  execFileSync('bash', ['-c', 'git archive "$0" | tar -x -C "$1"', revision, folder], { cwd: ROOT });
  const files = git('ls-tree', '-r', '--name-only', revision).split('\n');
  for (const manifest of files.filter((path) => /^libs\/[^/]+\/package\.json$/.test(path))) {
    const link = join(folder, 'node_modules', JSON.parse(readFileSync(join(folder, manifest), 'utf8')).name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(folder, dirname(manifest)), link);
  }
  return files.filter((path) => /\.(tsx?|mjs|cjs)$/.test(path) && !/\.generated\.|\.d\.ts$/.test(path));
}

function measureFiles(folder: string, paths: string[]): Column {
  const measured = paths.map((path) => ({
    path,
    ...measureSource(path, readFileSync(join(folder, path), 'utf8')),
  }));
  const tests = measured.filter(({ path }) => isTest(path));
  const sources = measured.filter(({ path }) => !isTest(path));
  const linesOf = (files: { lines: number }[]) => String(files.reduce((sum, { lines }) => sum + lines, 0));
  const functions = sources.flatMap(({ path, functions }) =>
    functions.map((measure) => ({ path, ...measure })),
  );
  functions.sort((a, b) => b.lines - a.lines);
  const describe = ({ path, name, line, lines }: FunctionMeasure & { path: string }) =>
    `${lines}: \`${name}\` ${path}:${line}`;
  return {
    'source files': String(sources.length),
    'lines of source': linesOf(sources),
    'test files': String(tests.length),
    'lines of tests': linesOf(tests),
    'longest functions (lines)': functions.slice(0, LONGEST).map(describe).join('<br>'),
    [`functions over ${HIGHEST_LINES} lines`]: String(
      functions.filter(({ lines }) => lines > HIGHEST_LINES).length,
    ),
    [`functions with over ${HIGHEST_PARAMETERS} positional parameters`]: String(
      functions.filter(({ parameters }) => parameters > HIGHEST_PARAMETERS).length,
    ),
    '`as` casts outside tests': String(sources.reduce((sum, { casts }) => sum + casts, 0)),
  };
}

/** The room that a file lies in: the one with the longest folder of those it is in. */
function roomOf(path: string): string {
  const around = Object.entries(ROOMS).filter(([, { folder }]) => path.startsWith(`${folder}/`));
  return around.sort(([, a], [, b]) => b.folder.length - a.folder.length)[0]?.[0] ?? path;
}

async function measureGraph(folder: string): Promise<Column> {
  const { forbidden, options } = graph;
  const { output } = await cruise(
    ['apps', 'experiments', 'libs', 'tools'].filter((name) => existsSync(join(folder, name))),
    { ...options, baseDir: folder, validate: true, ruleSet: { forbidden } },
    options.enhancedResolveOptions,
  );
  if (typeof output === 'string') throw new Error(output);
  const { violations } = output.summary;
  const circles = new Map(
    violations.flatMap(({ cycle, from }) => {
      const files = cycle?.map(({ name }) => name).sort();
      return files ? [[files.join(), roomOf(from)]] : [];
    }),
  );
  const arrows = violations.filter(({ cycle }) => cycle === undefined).map(({ from }) => roomOf(from));
  return { 'circles per room': counted([...circles.values()]), 'arrows up per room': counted(arrows) };
}

/** ["a", "b", "a"] → "a 2, b 1". */
function counted(names: string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

async function measure(revision: string): Promise<Column> {
  const folder = mkdtempSync(join(tmpdir(), 'id3-metrics-'));
  try {
    const paths = unpack(revision, folder);
    return { ...measureFiles(folder, paths), ...(await measureGraph(folder)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const revisions = process.argv.length > 2 ? process.argv.slice(2) : ['HEAD'];
const commits = revisions.map((revision) => {
  try {
    return git('rev-parse', '--verify', '--short', `${revision}^{commit}`).trim();
  } catch {
    console.error(
      `checks:metrics: ${revision} is no revision of this repository; name commits, branches or tags.`,
    );
    process.exit(1);
  }
});
const columns: Column[] = [];
for (const commit of commits) columns.push(await measure(commit));
console.log(`| | ${commits.join(' | ')} |`);
console.log(`|${' --- |'.repeat(commits.length + 1)}`);
for (const row of Object.keys(columns[0]))
  console.log(`| ${row} | ${columns.map((column) => column[row]).join(' | ')} |`);
