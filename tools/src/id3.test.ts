import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { main, optionsOf } from '@id3/cli';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PROGRAM } from './id3.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ID3 = join(import.meta.dirname, '../bin/id3.cjs');
const start = promisify(execFile);

/** What a line of words prints, and its exit code. */
async function typed(...words: string[]): Promise<{ out: string; err: string; code: number }> {
  const [out, err]: string[][] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void err.push(line));
  vi.stubEnv('SHELL', '/bin/bash');
  vi.stubEnv('ZSH_NAME', '');
  process.exitCode = 0;
  await main(PROGRAM, words);
  return { out: out.join('\n'), err: err.join('\n'), code: Number(process.exitCode) };
}

async function printed(...words: string[]): Promise<string> {
  const { out, ...rest } = await typed(...words);
  expect(rest).toEqual({ err: '', code: 0 });
  return out;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

it('is started by a shell', async () => {
  const { stdout } = await start(process.execPath, [ID3, '--get-yargs-completions', 'id3', 'abl']);
  expect(stdout).toBe('ablation\n');
  await expect(start(process.execPath, [ID3, 'ablatoin'])).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'There is no command "ablatoin"; did you mean "ablation"?\n',
  });
});

/** Starts id3 as somebody who may read the clone and write nothing in it. */
const asNobody = (...words: string[]) => {
  const script = `process.seteuid(65534); fs.accessSync(${JSON.stringify(ID3)}); require(${JSON.stringify(ID3)});`;
  return start(process.execPath, ['-e', script, ID3, ...words], { cwd: ROOT });
};

describe.runIf(process.getuid?.() === 0)('a person who may not write to the clone', () => {
  it('reads in a sentence what cannot be written, and can have it elsewhere', async () => {
    expect((await asNobody('config', '--profile=smoke')).stdout).toMatch(/^seed +1 /);
    await expect(asNobody('ablation', '--profile=smoke', '--variants=ceiling')).rejects.toMatchObject({
      code: 1,
      stderr: `${join(ROOT, 'artefacts')} cannot be written (EACCES); make it writable or name another folder, as with --out.\n`,
    });
  });
});

describe('help', () => {
  it.each([[['--help']], ...PROGRAM.commands.map(({ name }) => [[name, '--help']])])('of %j', async (words) =>
    expect(await printed(...words)).toMatchSnapshot(),
  );

  it('has a version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await printed('--version')).toBe(version);
  });
});

describe('completion', () => {
  const offers = async (...line: string[]) =>
    (await printed('--get-yargs-completions', 'id3', ...line)).split('\n');

  it('of commands', async () => {
    expect(await offers('')).toEqual(
      expect.arrayContaining(['ablation', 'import', 'dashboard-start', 'completion', '--help']),
    );
    expect(await offers('export')).toEqual([
      'export-dataset',
      'export-table',
      'export-report',
      'export-runs',
    ]);
  });

  it('of options and choices', async () => {
    expect(await offers('export-dataset', '--')).toEqual(expect.arrayContaining(['--dataset', '--quality']));
    expect(await offers('import', '--format', '=', 'image')).toEqual(['image-folder']);
    expect(await offers('ablation', '--profile', 's')).toEqual(['smoke', 'standard']);
  });

  it("of the config's fields and their values", async () => {
    expect(await offers('ablation', '--diffusion.training.ste')).toEqual(['--diffusion.training.steps']);
    expect(await offers('train', '--diffusion.schedule', '=', '')).toEqual(['linear', 'cosine']);
    expect(await offers('config', '--benchmarks.names', 'rendered-lfw,rendered-ca')).toEqual([
      'rendered-lfw,rendered-calfw',
    ]);
  });

  it('of variants', async () => {
    expect(await offers('ablation', '--variants', 'full,no-')).toEqual([
      'full,no-reversed-likelihood',
      'full,no-id-loss',
      'full,no-id-loss-no-score',
      'full,no-attributes',
    ]);
  });

  it('has a script for the shell', async () => expect(await printed('completion')).toMatchSnapshot());
});

it.each([
  ['ablatoin', 'There is no command "ablatoin"; did you mean "ablation"?'],
  ['import --formatt=x', 'There is no option --formatt; did you mean --format?'],
  ['ablation --profil=smoke', 'There is no option --profil; did you mean --profile?'],
  ['export-table --out=.', '. is a folder; name the file to write by --out.'],
  [
    'verify-recogniser --benchmarks=x --seed=1.5',
    'The option --seed is "1.5"; expected a whole number of at least 0.',
  ],
  ...['1,2', 'a', '1,,3'].map((mean) => [
    `verify-recogniser --benchmarks=x --input.mean=${mean}`,
    `The option --input.mean is "${mean}"; expected one number, or three separated by commas.`,
  ]),
  [
    'verify-recogniser --benchmarks=x --input.std=1,0,1',
    'The option --input.std is "1,0,1"; expected one number above 0, or three separated by commas.',
  ],
  [
    'export-table --database=.',
    `${process.cwd()} is no file; name the database itself, such as its tracking.sqlite.`,
  ],
  ['migrate --database=.', `There is no database file ${process.cwd()}; name it with --database=FILE.`],
  [
    'dashboard-look --url=localhost:3000',
    'The option --url is "localhost:3000"; expected an address such as http://127.0.0.1:3000.',
  ],
  [
    'ablation --name=../x',
    'The option --name is "../x"; expected a name that a folder can have, of at most 100 characters and without slashes.',
  ],
  ['config --seed=1.5', 'The config field "seed" is 1.5; expected whole number ≥ 0.'],
  ['config --seed=abc', 'The config field "seed" is "abc"; expected whole number ≥ 0.'],
  ['align', 'Give a value for --from, --out (--help lists all).'],
  [
    'config --generation.sampler.step=3',
    'There is no config field "generation.sampler.step"; did you mean "generation.sampler.steps"?',
  ],
])('refuses %s', async (words, err) =>
  expect(await typed(...words.split(' '))).toEqual({ out: '', err, code: 1 }),
);

describe('paths', () => {
  it('are all options that take a text, but for these', async () => {
    const texts = await Promise.all(
      PROGRAM.commands.map(async (command) =>
        Object.entries(await optionsOf(command))
          .filter(([, { type, path, choices, coerce }]) => type === 'string' && !path && !choices && !coerce)
          .map(([name]) => name),
      ),
    );
    expect([...new Set(texts.flat())].sort()).toEqual(
      (
        'age allow-host baseline benchmarks c direction experiment field freeS freeY from host model name of only output.name ' +
        'run seed seeds steps t to w yaw'
      ).split(' '),
    );
  });

  it('of a config count from where the person stands', async () => {
    const trainFolder = async (given: string) =>
      /^data\.trainFolder +("\S*")/m.exec(await printed('config', `--data.trainFolder=${given}`))?.[1];
    vi.stubEnv('ID3_FROM', join(process.cwd(), 'here'));
    expect(await trainFolder('photos')).toBe('"here/photos"');
    expect(await trainFolder('/photos')).toBe('"/photos"');
    expect(await trainFolder('')).toBe('""');
  });
});

it.each(PROGRAM.commands)('the defaults of $name are what a person could type', async (command) => {
  const options = Object.values(await optionsOf(command));
  expect(options.filter((option) => typeof option.default === 'object')).toEqual([]);
});

describe('Nx targets', () => {
  const projects = {
    experiments: 'experiments',
    tools: 'tools',
    eval: 'libs/eval',
    dashboard: 'apps/dashboard',
    studio: 'apps/studio',
  };
  interface Target {
    executor?: string;
    options?: { command?: string };
  }
  const targets = Object.entries(projects).flatMap(([project, folder]) => {
    const file = readFileSync(join(ROOT, folder, 'project.json'), 'utf8');
    const read = JSON.parse(file) as { targets: Record<string, Target> };
    return Object.entries(read.targets).map(([name, target]) => [`${project}:${name}`, target] as const);
  });

  it('are as many as commands, each with a name of its own', () => {
    const names = PROGRAM.commands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const ofCommands = targets.filter(
      ([name, { executor }]) => executor === './tools:id3' && !name.endsWith('smoke'),
    );
    expect(Object.fromEntries(ofCommands.map(([name, { options }]) => [name, options?.command]))).toEqual(
      Object.fromEntries(PROGRAM.commands.map(({ target, name }) => [target, name])),
    );
  });

  it('pass arguments on as they were typed', async () => {
    const typed = `$(date) \`date\` $HOME "two  blanks" 'quoted' \\ ; & | > * ~ #\nnew line`;
    const args = ['nx', 'run', 'experiments:config', '--profile=smoke', `--data.trainFolder=${typed}`];
    const { stdout } = await start('npx', args, { cwd: ROOT, env: { ...process.env, NX_DAEMON: 'false' } });
    const line = stdout.split('\n').find((text) => text.startsWith('data.trainFolder '));
    expect(line).toContain(` ${JSON.stringify(typed)} `);
  });

  it('count paths from where the person stands', async () => {
    // npx says where it was started.
    const env = { ...process.env, NX_DAEMON: 'false' };
    const args = ['nx', 'run', 'tools:import', '--from=nowhere', '--out=x'];
    await expect(start('npx', args, { cwd: join(ROOT, 'docs'), env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('docs/nowhere does not exist') as string,
    });
  });
});
