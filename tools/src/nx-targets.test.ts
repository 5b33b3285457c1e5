import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const start = promisify(execFile);
const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));

interface Target {
  executor?: string;
  command?: string;
  options?: object;
}
const defaults = (readJson(ROOT, 'nx.json') as { targetDefaults: Record<string, Target> }).targetDefaults;

/** Every target of every project, as in its project.json. */
const targets = foldersBelow(ROOT)
  .flatMap((folder) => [folder, ...foldersBelow(folder)])
  .filter((folder) => existsSync(join(folder, 'project.json')))
  .flatMap((folder) => {
    const { name, targets } = readJson(folder, 'project.json') as {
      name: string;
      targets: Record<string, Target>;
    };
    return Object.entries(targets).map(([target, own]) => ({ project: name, target, own }));
  });

function foldersBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
    .map(({ name }) => join(folder, name));
}

const temporary = mkdtempSync(join(tmpdir(), 'id3-nx-'));
afterAll(() => rmSync(temporary, { recursive: true }));

it('no target runs a shell', () => {
  expect(targets.length).toBeGreaterThan(80);
  for (const { project, target, own } of targets)
    expect({ [`${project}:${target}`]: own.command ?? own.executor ?? defaults[target].executor }).toEqual({
      [`${project}:${target}`]: expect.stringMatching(/^\.\/tools:(id3|run)$/) as string,
    });
});

it('every target hands words on as they were typed', { timeout: 600_000 }, async () => {
  const words = [
    '--option=$(date) `date` $HOME ${PATH}',
    `--quotes="two  blanks" 'single' \\" \\`,
    '--signs=; & | > < * ? ~ # ! %PATH% ^',
    '--lines=one\ntwo\r\n\tthree',
    '--empty=',
    '--É=é\u{1f600}',
  ];
  // Where nothing is its own, one project stands for all.
  const isOwn = ({ own }: { own: Target }) => Object.keys(own).length > 0;
  const shared = targets.filter(({ own, project }) => !isOwn({ own }) && project === 'cli');
  const chosen = [targets.filter(isOwn), shared];
  for (const group of chosen) {
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require=${join(import.meta.dirname, 'fixtures/record-words.cjs')}`,
      RECORD_WORDS: temporary,
      NX_DAEMON: 'false',
      NX_TUI: 'false',
      NX_CACHE_DIRECTORY: join(temporary, 'cache'),
      NX_WORKSPACE_DATA_DIRECTORY: join(temporary, 'data'),
    };
    const list = (key: 'project' | 'target') => [...new Set(group.map((one) => one[key]))].join(',');
    const nx = [
      join(ROOT, 'node_modules/nx/dist/bin/nx.js'),
      'run-many',
      '-t',
      list('target'),
      '-p',
      list('project'),
    ];
    await start(process.execPath, [...nx, ...words], { cwd: ROOT, env, maxBuffer: 2 ** 26 });
  }
  const records = readdirSync(temporary)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readJson(temporary, name) as { target: string; words: string[] });
  const handed = records.filter((record) => record.words.join('\0').endsWith(words.join('\0')));
  expect(handed.map(({ target }) => target).sort()).toEqual(
    chosen
      .flat()
      .map(({ project, target }) => `${project}:${target}`)
      .sort(),
  );
});
