import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder } from '@id3/formats/testing';
import { reportedExperiment, reportIn } from '@id3/report/testing';
import { beforeEach, expect, it } from 'vitest';

const ID3 = join(import.meta.dirname, '../bin/id3.cjs');

let folder: string;
let database: string;
let run: number;
beforeEach(() => {
  folder = freshFolder();
  database = join(folder, 'tracking.sqlite');
  run = reportedExperiment(folder);
});

const typed = (...words: string[]) => typedTo('export-report', ...words);

/** What a command line in the folder prints, and its exit code. */
function typedTo(command: string, ...words: string[]) {
  const all = [ID3, command, `--database=${database}`, ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

it('is written under its own name, or under the one that is asked for, and over an older report', () => {
  const text = reportIn(folder);
  const size = `${(Buffer.byteLength(text) / 1e6).toFixed(2)} MB`;
  const own = `report-${run}.html`;
  expect(typed()).toEqual({ status: 0, stdout: `${own}: ${size}.\n`, stderr: '' });
  expect(readFileSync(join(folder, own), 'utf8')).toBe(text);
  writeFileSync(join(folder, 'b.html'), text.slice(0, 200));
  expect(typed('--out=b.html', `--run=${run}`).stdout).toBe(`b.html: ${size}.\n`);
  expect(readFileSync(join(folder, 'b.html'), 'utf8')).toBe(text);
});

it('is refused in a sentence, and nothing is lost', () => {
  for (const text of ['<!doctype html>\n<p>mine', '']) {
    writeFileSync(join(folder, 'mine.html'), text);
    expect(typed('--out=mine.html')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'mine.html is there already and is no report; name another --out, or add --overwrite.\n',
    });
    expect(readFileSync(join(folder, 'mine.html'), 'utf8')).toBe(text);
  }
  for (const [words, stderr] of [
    [['--run=99'], `There is no table of run 99; there is the experiment (run ${run}).\n`],
    [['--experiment=x'], `There is no table of experiment "x"; there is the experiment (run ${run}).\n`],
    [['--seeds=2'], 'There is no seed "2" in this table; choose from 0, 1.\n'],
  ])
    expect(typed(...(words as string[]))).toEqual({ status: 1, stdout: '', stderr });
  expect(typed('--out=mine.html', '--overwrite').status).toBe(0);
  expect(readFileSync(join(folder, 'mine.html'), 'utf8')).toBe(reportIn(folder));
  expect(readdirSync(folder).filter((name) => name.endsWith('.html'))).toEqual(['mine.html']);
});

it.each(['export-report', 'export-table'])('%s does not write into a folder or below a file', (command) => {
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), 'mine');
  for (const [out, stderr] of [
    ['folder', 'folder is a folder; name the file to write by --out.\n'],
    ['file/b', 'file/b lies below a file, which can hold nothing; name another folder.\n'],
  ])
    expect(typedTo(command, `--out=${out}`)).toEqual({ status: 1, stdout: '', stderr });
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
});

it('of a database that is not there is refused, and none is made', () => {
  const none = join(folder, 'none', 'tracking.sqlite');
  const { status, stderr } = typed(`--database=${none}`, '--out=r.html');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect([existsSync(join(folder, 'none')), existsSync(join(folder, 'r.html'))]).toEqual([false, false]);
});
