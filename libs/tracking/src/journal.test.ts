import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournals, stepsFrom } from './fixtures/journals.ts';
import {
  Journal,
  getEvents,
  getMetrics,
  getRun,
  getVerificationFolds,
  ingest,
  journalName,
  openDatabase,
  thisProcess,
  type Database,
  type Entry,
} from './index.ts';
import { lineOf } from './journal.ts';
import { Run } from './run.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-journal-'));
  database = openDatabase(join(folder, 'tracking.sqlite'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const fileOf = (k: number) => join(folder, journalName(`job-${k}`));
const stepsOf = (run: number) => getMetrics(database, run, 'loss').map(({ step }) => step);
const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);

describe('a journal', () => {
  it('says in the database what the run would have said there itself', () => {
    const [journal] = openJournals(database, folder, 1);
    const direct = database.initRun({ experiment: 'journals', name: 'direct', config: { k: 0 } });
    const viaJournal = new Run(journal, 1);
    journal.record(1, [{ kind: 'started', process: thisProcess(), time: 5 }]);
    for (const run of [direct, viaJournal]) {
      run.log(1, { loss: 0.5, odd: NaN });
      run.log(2, { loss: Infinity, odd: -Infinity });
      run.engine('onnx', { onnxruntime: '1' });
      run.event('warning', 'A sentence.');
      const folds = [{ fold: 0, accuracy: 0.5, threshold: 1.5 }];
      const numbers = { pairs: 4, accuracy: 0.5, accuracyStd: 0, auc: 0.5, eer: 0.5, tarAtFar: {} };
      run.verification({ benchmark: 'lfw', ...numbers, folds, curves: [{ kind: 'roc', points: [[0, 1]] }] });
      run.summary({ 'disk.bytes': 12 });
      run.progress(2, 2);
      run.fail('It broke.');
    }
    journal.close();
    expect(ingest(database, folder)).toMatchObject({ broken: 0, foreign: 0 });
    const said = (run: number) => {
      const { status, error, engine, engineVersions, step, steps, host } = getRun(database, run)!;
      return {
        run: { status, error, engine, engineVersions, step, steps, host },
        metrics: getMetrics(database, run).map(({ key, step, value }) => [key, step, value]),
        folds: getVerificationFolds(database, [run]).map(({ fold, threshold }) => [fold, threshold]),
        events: getEvents(database, run).map(({ level, message }) => [level, message]),
      };
    };
    expect(said(1)).toEqual(said(direct.id));
    expect(said(1).run.status).toBe('failed');
  });

  it('cut anywhere, loses its last line alone, and goes on when that is written whole', () => {
    const [journal] = openJournals(database, folder, 1);
    for (let k = 0; k < 3; k++) journal.record(1, [stepsFrom(2 * k, 2)]);
    journal.close();
    const whole = readFileSync(fileOf(0));
    const before = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let length = before; length < whole.length; length++) {
      truncateSync(fileOf(0), length);
      expect(ingest(database, folder).broken).toBe(0);
      expect(stepsOf(1)).toEqual(upTo(4));
      writeFileSync(fileOf(0), whole);
    }
    ingest(database, folder);
    expect(stepsOf(1)).toEqual(upTo(6));
    expect(ingest(database, folder).lines).toBe(0);
  });

  it('with a line torn or changed within, loses that line alone', () => {
    openJournals(database, folder, 1)[0].close();
    const torn = lineOf([stepsFrom(2, 2)]).slice(0, -9);
    const changed = lineOf([stepsFrom(4, 2)])
      .replace('[4,', '[5,')
      .replace('"loss",4', '"loss",7');
    appendFileSync(fileOf(0), `${lineOf([stepsFrom(0, 2)])}${torn}\n${changed}${lineOf([stepsFrom(6, 2)])}`);
    expect(ingest(database, folder)).toMatchObject({ broken: 2 });
    expect(stepsOf(1)).toEqual([0, 1, 6, 7]);
  });

  it('written twice, as by a job that is run again, says everything once', () => {
    const [journal] = openJournals(database, folder, 1);
    const again: Entry[] = [
      stepsFrom(0, 3),
      { kind: 'artefact', path: 'a/b', of: 'table', sha256: 'x', bytes: 1, time: 1 },
      { kind: 'summary', rows: [['threshold', 0, 0.5, 1]] },
    ];
    journal.record(1, again);
    journal.record(1, again);
    journal.close();
    expect(ingest(database, folder).broken).toBe(0);
    expect(getMetrics(database, 1)).toHaveLength(4);
  });

  it('of a run of another database is left alone, though the number is the same', () => {
    openJournals(database, folder, 1)[0].close();
    const other = new Journal(join(folder, journalName('other')), folder, { run: 1, token: 'elsewhere' });
    other.record(1, [stepsFrom(0, 5)]);
    other.close();
    expect(ingest(database, folder)).toMatchObject({ foreign: 1 });
    expect(stepsOf(1)).toEqual([]);
  });
});

it('journals that grow are taken exactly once, however often the ingester is killed', async () => {
  const [count, lines, rows] = [12, 60, 5];
  const journals = openJournals(database, folder, count);
  const writing = (async () => {
    for (let line = 0; line < lines; line++) {
      const said: Entry = { kind: 'event', level: 'info', message: String(line), time: line };
      for (const [k, journal] of journals.entries())
        journal.record(k + 1, [stepsFrom(line * rows, rows), said]);
      await sleep(40);
    }
  })();
  const args = [join(import.meta.dirname, 'fixtures', 'ingester.ts'), database.path, folder];
  let [isWriting, kills] = [true, 0];
  void writing.then(() => (isWriting = false));
  while (isWriting || kills < 3) {
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await sleep(Math.random() * 60);
    child.kill('SIGKILL');
    await once(child, 'close');
    kills++;
  }
  await writing;
  ingest(database, folder);
  for (let k = 0; k < count; k++) {
    expect(stepsOf(k + 1)).toEqual(upTo(lines * rows));
    // A metric that is taken twice is the same; an event would be there twice.
    expect(getEvents(database, k + 1).map(({ message }) => Number(message))).toEqual(upTo(lines));
  }
});
