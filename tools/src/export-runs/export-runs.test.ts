import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder } from '@id3/formats/testing';
import { openDatabase, openReader } from '@id3/tracking';
import { describe, expect, it } from 'vitest';
import { exporting, filesOf, wanted } from '../fixtures/exported.ts';
import { exportRuns } from './index.ts';

const ID3 = join(import.meta.dirname, '../../bin/id3.cjs');

const { reader, exported } = exporting();

describe.each(['tensorboard', 'mlflow', 'parquet', 'csv'])('a folder for %s', (format) => {
  it('is brought up to date by the same export, and replaced by another only if so wanted', () => {
    const out = exported(format);
    const files = filesOf(out);
    exportRuns(reader(), format, wanted({ out }));
    expect(filesOf(out)).toEqual(files);
    const other = wanted({ out, experiment: 'ablation-smoke', tables: ['metrics'] });
    expect(() => exportRuns(reader(), format, other)).toThrow(/holds another export; .*--overwrite/);
    expect(filesOf(out)).toEqual(files);
    exportRuns(reader(), format, { ...other, overwrite: true });
    expect(filesOf(out)).toEqual(
      filesOf(exported(format, { experiment: 'ablation-smoke', tables: ['metrics'] })),
    );
  });

  it('loses nothing that no export wrote', () => {
    const out = freshFolder();
    writeFileSync(join(out, 'thesis.tex'), 'mine');
    expect(() => exportRuns(reader(), format, wanted({ out, overwrite: true }))).toThrow(
      /holds thesis\.tex, which/,
    );
    expect(readdirSync(out)).toEqual(['thesis.tex']);
  });

  it('has nothing under its name that is not whole, where the export was cut short', () => {
    const out = freshFolder();
    const entry = readdirSync(exported(format)).find((name) => !name.startsWith('.'))!;
    // What a killed export leaves
    mkdirSync(join(out, `${entry}.unfinished`));
    writeFileSync(join(out, `${entry}.unfinished`, 'half'), '');
    exportRuns(reader(), format, wanted({ out }));
    expect(readdirSync(out).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  });
});

describe('the command', () => {
  const typed = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [ID3, 'export-runs', ...words], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it('writes what is asked for', () => {
    const out = join(freshFolder(), 'tables');
    const answer = typed(`--database=${reader().path}`, '--format=csv', '--tables=runs,tags', `--out=${out}`);
    expect(answer).toEqual({ status: 0, stdout: `${out}: 2 experiments as csv.\n`, stderr: '' });
    expect(readdirSync(out).sort()).toEqual(['.export.json', 'runs.csv', 'tags.csv']);
  });

  it.each<[string, (folder: string) => string[], RegExp]>([
    [
      'an unknown format',
      () => ['--format=wandb', '--out=x'],
      /^The option --format is "wandb"; expected one of tensorboard, mlflow, parquet, csv\.\n$/,
    ],
    [
      'an unknown table',
      () => ['--format=csv', '--out=x', '--tables=runs,losses'],
      /^The option --tables is "runs,losses"; expected some of runs, metrics, .*, each once\.\n$/,
    ],
    [
      'an unknown experiment',
      (folder) => ['--format=csv', `--out=${folder}/out`, '--experiment=quick'],
      /^.* has no experiment "quick"; the newest of its 2 are \.\.\/odd\/ä, ablation-smoke\.\n$/,
    ],
    [
      'a folder that is a file',
      (folder) => ['--format=csv', `--out=${folder}/file`],
      /^.*\/file is there and is no folder; name another folder\.\n$/,
    ],
    [
      'a folder below a file',
      (folder) => ['--format=mlflow', `--out=${folder}/file/out`],
      /^.* lies below a file, which can hold nothing; name another folder\.\n$/,
    ],
    [
      'a database that is not there',
      (folder) => ['--format=csv', `--out=${folder}/out`, `--database=${folder}/no.sqlite`],
      /^There is no database at .*no\.sqlite yet; /,
    ],
  ])('refuses %s in a sentence, and writes nothing', (_, words, sentence) => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'file'), 'mine');
    const given = words(folder);
    const database = given.some((word) => word.startsWith('--database'))
      ? []
      : [`--database=${reader().path}`];
    const { status, stdout, stderr } = typed(...given, ...database);
    expect(stderr).toMatch(sentence);
    expect([status, stdout]).toEqual([1, '']);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('refuses a database without experiments', () => {
    const path = join(freshFolder(), 'tracking.sqlite');
    openDatabase(path).close();
    const empty = openReader(path);
    expect(() => exportRuns(empty, 'csv', wanted())).toThrow(/has no experiment yet; .*experiments:ablation/);
    empty.close();
  });
});
