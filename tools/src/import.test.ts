import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '@id3/data';
import { RecordWriter, packImageRecord } from '@id3/formats';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

const COUNT = 2000;
/** Encoding is slow where tests share a machine: so many pictures differ. */
const DISTINCT = 50;
const folder = mkdtempSync(join(tmpdir(), 'id3-import-'));
const out = join(folder, 'dataset');
const tool = (name: string) => [join(import.meta.dirname, '../bin/id3.cjs'), name];
const run = (name: string, ...args: string[]) =>
  spawnSync(process.execPath, [...tool(name), ...args], { encoding: 'utf8' });

/** Picture i is of one colour that names it. */
const colourOf = (i: number) => [i % DISTINCT, 255 - (i % DISTINCT), 7];

beforeAll(async () => {
  const pictures = await Promise.all(
    Array.from({ length: DISTINCT }, (_, i) => {
      const [r, g, b] = colourOf(i);
      const create = { width: 8, height: 8, channels: 3, background: { r, g, b } } as const;
      return sharp({ create }).png().toBuffer();
    }),
  );
  const writer = new RecordWriter(join(folder, 'train.rec'));
  for (let i = 0; i < COUNT; i++)
    writer.append(packImageRecord(Math.floor(i / 10), i, pictures[i % DISTINCT]));
  writer.close();
});

describe('id3 import', () => {
  it('continues after kill -9', async () => {
    const args = [`--from=${folder}`, `--out=${out}`, '--size=8'];
    const killed: ChildProcess = spawn(process.execPath, [...tool('import'), ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => killed.on('exit', (_, signal) => resolve(signal)));
    while (killed.exitCode === null && !existsSync(join(out, 'shard-00001.json')))
      await new Promise((resolve) => setTimeout(resolve, 2));
    killed.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(existsSync(join(out, 'manifest.json'))).toBe(false);
    const done = readdirSync(out).filter((name) => /^shard-.*\.json$/.test(name));
    const times = done.map((name) => statSync(join(out, name)).mtimeMs);

    const second = run('import', ...args);
    expect(second.status, second.stderr).toBe(0);
    expect(second.stdout).toMatch(/2000 images of 8×8, 200 people/);
    expect(done.map((name) => statSync(join(out, name)).mtimeMs)).toEqual(times);
    const dataset = openDataset(out);
    for (let i = 0; i < COUNT; i++) {
      expect(Array.from(dataset.image(i).subarray(0, 3))).toEqual(colourOf(i));
      expect(dataset.labels[i]).toBe(Math.floor(i / 10));
    }
    // Complete, it is left alone.
    const manifest = readFileSync(join(out, 'manifest.json'));
    expect(run('import', ...args).status).toBe(0);
    expect(readFileSync(join(out, 'manifest.json'))).toEqual(manifest);
  }, 300_000);
  it('is read back by id3 export-dataset', () => {
    const exported = join(folder, 'exported');
    const result = run('export-dataset', `--dataset=${out}`, `--out=${exported}`, '--format=recordio');
    expect(result.status, result.stderr).toBe(0);
    expect(readFileSync(join(exported, 'property'), 'utf8').trim()).toBe('200,8,8');
  });
  it.each([
    [['--from=/nowhere', '--out=x'], /^\/nowhere does not exist; check --from\.\n$/],
    [['--out=x'], /^Give a value for --from \(/],
    [[`--from=${folder}`, '--out=x', '--format=zip'], /^The option --format is "zip"; expected one of /],
    [
      [`--from=${folder}`, '--out=x', '--size=0'],
      /^The option --size is "0"; expected a whole number from 1 to 1024/,
    ],
    [[`--from=${folder}`, '--out=x', '--size=100000'], /expected a whole number from 1 to 1024/],
    [[`--from=${folder}`, '--out=x', '--pairs=p'], /^--pairs is for lfw/],
  ])('says in a sentence what is wrong: %j', (args, message) => {
    const { status, stderr } = run('import', ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
  it('says so of a hostile pickle, and makes nothing of it', () => {
    const path = join(folder, 'hostile.bin');
    writeFileSync(path, '\x80\x02cposix\nsystem\nU\x04true\x85R.', 'latin1');
    const { status, stderr } = run('import', `--from=${path}`, `--out=${join(folder, 'none')}`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/hostile\.bin asks Python to call posix\.system, which is never done, at byte 2/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
