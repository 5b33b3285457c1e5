import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { UserError } from '@id3/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Stopped,
  command,
  numberList,
  wordList,
  main,
  pathList,
  numberBetween,
  wholeNumber,
} from './index.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

const got = vi.fn();

const paint = command({
  name: 'paint',
  target: 'studio:paint',
  summary: 'Paints a picture.',
  details: 'Wet paint is not dried.',
  examples: [['--on=wall --colour=red', 'a red wall']],
  options: {
    on: { type: 'string', demandOption: true, describe: 'what is painted' },
    with: { type: 'string', demandOption: true, describe: 'the tool' },
    colour: { choices: ['red', 'green'], default: 'green', describe: 'the colour' },
    coats: { default: 2, coerce: wholeNumber(1, 9), describe: 'layers' },
    wet: { type: 'boolean', default: false, describe: 'does not wait' },
    shares: { coerce: numberList(numberBetween(0, 1, { included: true })), describe: 'of each tint' },
    brushes: { coerce: wordList, complete: async () => ['broad', 'fine'], describe: 'which' },
  },
  run(values, context) {
    got(values, context.words);
    // What each value is, to TypeScript.
    values satisfies {
      on: string;
      colour: 'red' | 'green';
      coats: number;
      wet: boolean;
      shares: number[] | undefined;
    };
  },
});

const plant = command({
  name: 'plant',
  target: 'garden:plant',
  summary: 'Plants a tree.',
  options: async () => ({ tree: { type: 'string', describe: 'the kind' } }) as const,
  fields: async () => new Map([['soil.kind', ['sand', 'clay']]]),
  run({ tree }, { fields }) {
    if (tree === 'stone') throw new UserError('A stone is no tree; name one.');
    if (tree === 'pause') throw new Stopped('Stopped.');
    if (tree === 'bug') throw new TypeError('a bug');
    got(tree, fields);
  },
});

/** What a line of words prints, and its exit code. */
async function typed(...words: string[]): Promise<{ out: string; err: string; code: number }> {
  const lines = { log: [] as unknown[], error: [] as unknown[] };
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.log.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.error.push(line));
  got.mockClear();
  process.exitCode = 0;
  await main({ name: 'shed', version: '1.2.3', commands: [paint, plant] }, words);
  return { out: lines.log.join('\n'), err: lines.error.join('\n'), code: Number(process.exitCode) };
}

describe('a command', () => {
  it('gets its values as what they are', async () => {
    const words = ['--on=a wall', '--with', '$(x)', '--coats=3', '--wet', '--shares=0.5,1'];
    expect(await typed('paint', ...words)).toEqual({ out: '', err: '', code: 0 });
    expect(got).toHaveBeenCalledWith(
      expect.objectContaining({
        on: 'a wall',
        with: '$(x)',
        colour: 'green',
        coats: 3,
        wet: true,
        shares: [0.5, 1],
      }),
      words,
    );
  });

  it('gets as fields what is none of its options, where it has fields', async () => {
    await typed('plant', '--tree=oak', '--soil.kind=sand', '--soil.wet');
    expect(got).toHaveBeenCalledWith('oak', { 'soil.kind': 'sand', 'soil.wet': true });
  });

  it.each([
    ['stone', 1, 'A stone is no tree; name one.'],
    ['pause', 130, 'Stopped.'],
    ['bug', 1, 'TypeError: a bug'],
  ])('that ends with %s gives its exit code', async (tree, code, err) => {
    expect(await typed('plant', `--tree=${tree}`)).toEqual({ out: '', err, code });
  });
});

describe('what cannot be understood', () => {
  it.each([
    [['pant'], 'There is no command "pant"; did you mean "paint"?'],
    [['sing'], 'There is no command "sing"; shed --help lists all.'],
    [['--on=x'], 'There is no command "--on=x"; shed --help lists all.'],
    [['paint', '--on=x'], 'Give a value for --with (--help lists all).'],
    [['paint'], 'Give a value for --on, --with (--help lists all).'],
    [['paint', '--color=red'], 'There is no option --color; did you mean --colour?'],
    [['paint', '--weather'], 'There is no option --weather; --help lists all.'],
    [
      ['paint', 'wall'],
      'The argument "wall" is not understood; options are written --name=value (--help lists all).',
    ],
    [['paint', '--on=', '--with=x'], 'The option --on needs one value, as in --on=VALUE.'],
    [['paint', '--on', '--with=x'], 'The option --on needs one value, as in --on=VALUE.'],
    [['paint', '--on=x', '--on=y', '--with=x'], 'The option --on needs one value, as in --on=VALUE.'],
    [
      ['paint', '--on=x', '--with=x', '--colour=blue'],
      'The option --colour is "blue"; expected one of red, green.',
    ],
    [
      ['paint', '--on=x', '--with=x', '--coats=many'],
      'The option --coats is "many"; expected a whole number from 1 to 9.',
    ],
    [
      ['paint', '--on=x', '--with=x', '--shares=0.5,2'],
      'The option --shares is "0.5,2"; expected a number above 0 and at most 1.',
    ],
  ])('%j is refused in one sentence', async (words, err) => {
    expect(await typed(...words)).toEqual({ out: '', err, code: 1 });
    expect(got).not.toHaveBeenCalled();
  });
});

describe('help', () => {
  it.each([[[]], [['--help']], [['paint', '--help']], [['plant', '--help']], [['--version']]])(
    'of %j',
    async (words) => {
      const { out, err, code } = await typed(...words);
      expect({ err, code }).toEqual({ err: '', code: 0 });
      expect(out).toMatchSnapshot();
    },
  );
});

describe('completion', () => {
  const words = async (shell: string, ...line: string[]) => {
    vi.stubEnv('SHELL', `/bin/${shell}`);
    vi.stubEnv('ZSH_NAME', '');
    return (await typed('--get-yargs-completions', 'shed', ...line)).out.split('\n');
  };

  it.each([
    [['p'], ['paint', 'plant']],
    [
      ['paint', '--co'],
      ['--colour', '--coats'],
    ],
    [
      ['paint', '--colour', ''],
      ['red', 'green'],
    ],
    // How bash takes --colour=r apart.
    [['paint', '--colour', '=', 'r'], ['red']],
    [
      ['paint', '--brushes', 'broad,'],
      ['broad,broad', 'broad,fine'],
    ],
    [['plant', '--so'], ['--soil.kind']],
    [['plant', '--soil.kind', '=', 'c'], ['clay']],
    [['paint', '--on', ''], ['']],
    [['paint', '--wet', '--wi'], ['--with']],
    [['dig', '--'], ['']],
  ])('of %j in bash', async (line, offers) => {
    expect(await words('bash', ...line)).toEqual(offers);
  });

  it.each([
    [['pa'], ['paint:Paints a picture.']],
    [['paint', '--colour=r'], ['--colour=red']],
    [
      ['plant', '--soil.kind='],
      ['--soil.kind=sand', '--soil.kind=clay'],
    ],
  ])('of %j in zsh', async (line, offers) => {
    expect(await words('zsh', ...line)).toEqual(offers);
  });

  it.each(['bash', 'zsh'])('has a script for %s', async (shell) => {
    vi.stubEnv('SHELL', `/bin/${shell}`);
    vi.stubEnv('ZSH_NAME', '');
    expect((await typed('completion')).out).toMatchSnapshot();
  });
});

describe('paths', () => {
  const hang = command({
    name: 'hang',
    target: 'studio:hang',
    summary: 'Hangs pictures.',
    options: {
      pictures: { path: true, coerce: pathList, describe: 'which' },
      on: { type: 'string', path: true, words: ['easel'], default: 'wall', describe: 'where' },
    },
    run: (values) => got(values),
  });
  const hung = async (...words: string[]) => {
    got.mockClear();
    await main({ name: 'studio', version: '1.0.0', commands: [hang] }, ['hang', ...words]);
    return got.mock.calls[0]?.[0] as { pictures: string[]; on: string };
  };
  const folder = mkdtempSync(join(tmpdir(), 'id3-cli-'));
  mkdirSync(join(folder, 'a,b'));
  it('count from where the person stands, but for defaults that nobody typed, words and absolute ones', async () => {
    vi.stubEnv('ID3_FROM', folder);
    const { pictures, on } = await hung('--pictures=x,../y,/z');
    expect(pictures.map((path) => resolve(path))).toEqual([join(folder, 'x'), join(folder, '../y'), '/z']);
    expect(on).toBe('wall');
    for (const on of ['door', 'wall']) expect(resolve((await hung(`--on=${on}`)).on)).toBe(join(folder, on));
    expect((await hung('--on=easel')).on).toBe('easel');
    vi.stubEnv('ID3_FROM', '');
    expect(await hung('--pictures=x,../y', '--on=door')).toMatchObject({
      pictures: ['x', '../y'],
      on: 'door',
    });
  });
  it('may have commas: where one is there, or given one by one', async () => {
    vi.stubEnv('ID3_FROM', folder);
    const names = async (...words: string[]) =>
      (await hung(...words)).pictures.map((path) => relative(folder, resolve(path)));
    expect(await names('--pictures=a,b')).toEqual(['a,b']);
    expect(await names('--pictures=a,c')).toEqual(['a', 'c']);
    expect(await names('--pictures=a,c', '--pictures=d')).toEqual(['a,c', 'd']);
  });
});
