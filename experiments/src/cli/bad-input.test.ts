import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listRuns, openDatabase, openSqlite } from '@id3/tracking';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { TINY_CEILING, stageResults, startAblation } from '../fixtures/command.ts';

// Whatever is wrong with what a person gives the command line, it answers in one sentence on stderr, exits
// with 1 and loses nothing. The cases start from copies of one finished run: the ceiling row, made tiny.

let root: string;
let finished: string;
let results: Record<string, string>;

const run = (out: string, options = TINY_CEILING) => startAblation([...options, `--out=${out}`]).ended;

/** Runs to a failure; gives its one sentence. */
async function refusal(out: string, options = TINY_CEILING): Promise<string> {
  const { code, stderr } = await run(out, options);
  expect(stderr).toMatch(/^[^\n]+[.?]\n$/);
  expect(code).toBe(1);
  return stderr.trim();
}

/** Runs to the end, with the very results of a run that nothing went wrong with; what nothing needs is not made again. */
async function completes(out: string): Promise<void> {
  expect(await run(out)).toMatchObject({ code: 0, stderr: '' });
  expect(results).toMatchObject(stageResults(out));
}

/** A copy of the finished run in which the recogniser and what follows from it are still to be made. */
function unfinished(out: string): string {
  cpSync(finished, out, { recursive: true });
  for (const stage of ['train-recogniser', 'verify', 'reports'])
    rmSync(join(out, stage), { recursive: true });
  return out;
}

/** The one folder of a stage's results, or the one made with these inputs. */
function stageFolder(out: string, stage: string, inputs: object = {}): string {
  const matches = readdirSync(join(out, stage))
    .map((key) => join(out, stage, key))
    .filter((folder) => {
      const done = JSON.parse(readFileSync(join(folder, 'done.json'), 'utf8')) as { inputs: object };
      return Object.entries(inputs).every(
        ([name, value]) => (done.inputs as Record<string, unknown>)[name] === value,
      );
    });
  expect(matches).toHaveLength(1);
  return matches[0];
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'id3-bad-input-'));
  finished = join(root, 'finished');
  expect(await run(finished)).toMatchObject({ code: 0, stderr: '' });
  results = stageResults(finished);
}, 600_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.concurrent('the command line', { timeout: 600_000 }, () => {
  it.each([
    [
      '--profile=fast',
      'The option --profile is "fast"; expected one of smoke, quick, standard, paper, photos.',
    ],
    [
      '--difusion.timesteps=10',
      'There is no config field "difusion.timesteps"; did you mean "diffusion.timesteps"?',
    ],
    ['--device=h200', '--device is for --estimate alone; where stages compute is said by --engine.'],
    ['--generation.lb=2', 'The config field "generation.lb" is 2; expected number to be <=1.'],
    ['--generation.lb=0.5 --generation.ub=0.1', 'The config field "generation.lb" is 0.5; expected lb ≤ ub.'],
  ])('refuses %s', async (options, sentence) => {
    const out = join(root, options.slice(2));
    expect(await refusal(out, options.split(' '))).toBe(sentence);
    expect(existsSync(out)).toBe(false);
  });

  it('names a corrupt shard, and makes its dataset anew once it is deleted', async () => {
    const out = unfinished(join(root, 'corrupt'));
    const folder = stageFolder(out, 'render-pool', { pool: 'train' });
    const shard = join(folder, 'shard-00002.rgb');
    const bytes = readFileSync(shard);
    bytes[100] ^= 1;
    writeFileSync(shard, bytes);
    const before = stageResults(out);
    expect(await refusal(out)).toBe(
      `The stage "train-recogniser ceiling seed 1" failed: ${shard} was altered (its checksum differs); ` +
        `delete ${folder} and run the command again that made it.`,
    );
    expect(stageResults(out)).toEqual(before);
    rmSync(folder, { recursive: true });
    await completes(out);
  });

  it('names a truncated checkpoint, and trains anew once it is deleted', async () => {
    const out = unfinished(join(root, 'truncated'));
    cpSync(join(finished, 'train-recogniser'), join(out, 'train-recogniser'), { recursive: true });
    const folder = stageFolder(out, 'train-recogniser');
    const checkpoint = join(folder, 'model.safetensors');
    rmSync(join(folder, 'done.json'));
    truncateSync(checkpoint, statSync(checkpoint).size / 2);
    const before = stageResults(out);
    expect(await refusal(out)).toBe(
      `The stage "train-recogniser ceiling seed 1" failed: The checkpoint ${checkpoint} is truncated or was altered; ` +
        `delete it and run the command again that made it, or name another file.`,
    );
    expect(stageResults(out)).toEqual(before);
    rmSync(checkpoint);
    await completes(out);
  });

  it('leaves the database of a newer version alone', async () => {
    const out = unfinished(join(root, 'newer'));
    const path = join(out, 'tracking.sqlite');
    const rows = () => {
      const sqlite = openSqlite(path);
      const all = sqlite.prepare('select * from runs').all();
      sqlite.close();
      return all;
    };
    const sqlite = openSqlite(path);
    sqlite.prepare(`insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)`).run();
    sqlite.close();
    const before = rows();
    expect(await refusal(out)).toBe(
      `The database ${path} was written by a newer version of this workbench (it has 1 migration(s) unknown here); ` +
        'update the code, or name another folder or file.',
    );
    expect(rows()).toEqual(before);
  });

  it('two runs of one config at once share the work', async () => {
    const out = join(root, 'twice');
    const both = await Promise.all([run(out), run(out)]);
    for (const one of both) expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(stageResults(out)).toEqual(results);
    const database = openDatabase(join(out, 'tracking.sqlite'));
    const statuses = listRuns(database)
      .filter((row) => row.stage !== null)
      .map((row) => row.status);
    database.close();
    const count = (status: string) => statuses.filter((one) => one === status).length;
    const stages = Object.keys(results).filter((path) => path.endsWith('done.json')).length;
    expect([count('finished'), count('cached')]).toEqual([stages, stages]);
  });
});

describe('on a disk of its own', { timeout: 600_000 }, () => {
  let disk: string;
  beforeAll(() => void mkdirSync((disk = join(root, 'disk'))));

  /** An unfinished run on a disk that is there for one test, which is skipped where mounting is not allowed. */
  function onDisk({ skip, onTestFinished }: TestContext): string {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      skip('mounting a disk needs root');
    }
    onTestFinished(() => void execFileSync('umount', ['--lazy', disk]));
    return unfinished(join(disk, 'out'));
  }

  /** Fills the disk but for some bytes. */
  function fill(filler: string, free: number): void {
    const file = openSync(filler, 'w');
    let size = 0;
    try {
      for (;;) size += writeSync(file, Buffer.alloc(4096));
    } catch {
      ftruncateSync(file, size - free);
    }
    closeSync(file);
  }

  // Full at once, when the database has grown a little, and when the checkpoint is written.
  it.for([0, 64, 192])(
    'says that it is full with %i KiB left, and goes on once it is not',
    async (KiB, context) => {
      const out = onDisk(context);
      const filler = join(disk, 'filler');
      fill(filler, KiB * 1024);
      const before = stageResults(out);
      expect(await refusal(out)).toMatch(
        /The disk is full: .*; free some space and run the same command again\.$/,
      );
      expect(stageResults(out)).toMatchObject(before);
      rmSync(filler);
      await completes(out);
    },
  );

  it('says that it is read-only', async (context) => {
    const out = onDisk(context);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const before = stageResults(out);
    expect(await refusal(out)).toBe(
      `The database ${out}/tracking.sqlite cannot be opened for writing; ` +
        'make its folder writable or name another place.',
    );
    const fresh = join(disk, 'new');
    expect(await refusal(fresh)).toBe(
      `${fresh} cannot be written (EROFS); make it writable or name another folder, as with --out.`,
    );
    expect(stageResults(out)).toEqual(before);
  });
});
