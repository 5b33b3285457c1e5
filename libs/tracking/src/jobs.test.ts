import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  countJobs,
  getJob,
  getRun,
  hoursOfJobs,
  listJobRuns,
  listJobs,
  openDatabase,
  thisProcess,
  type Database,
} from './index.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-jobs-'));
  database = openDatabase(join(folder, 'tracking.sqlite'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const queue = (parent: number, gpus: number, { stage = 's', expectedSeconds = 100 } = {}) =>
  database.queueRun(
    { experiment: 'e', name: 'stage', stage, parent, config: {} },
    { token: 't', cpus: 4, gpus, expectedSeconds },
  ).id;
const hour = 3_600_000;
const waiting = { state: 'PENDING', reason: 'Resources', node: undefined, restarts: 0 };

describe('the runs of a cluster', () => {
  it('wait, run, are put back and end, as the cluster and their journals say', () => {
    const parent = database.initRun({ experiment: 'e', name: 'e', config: {} });
    const [a, b] = [queue(parent.id, 2), queue(parent.id, 0)];
    database.noteJob(a, '17', waiting);
    expect([getRun(database, a)?.status, getJob(database, a)?.reason]).toEqual(['queued', 'Resources']);

    // On another machine, whose processes nobody here can know; and long silent.
    const elsewhere = { ...thisProcess(), host: 'n7' };
    database.record(a, [{ kind: 'started', process: elsewhere, job: '17', time: 1000 }]);
    database.noteJob(a, '17', { state: 'RUNNING', reason: undefined, node: 'n7', restarts: 0 });
    expect(getRun(database, a)).toMatchObject({ status: 'running', host: 'n7', job: '17', startedAt: 1000 });
    database.close();
    database = openDatabase(join(folder, 'tracking.sqlite'));
    expect(getRun(database, a)?.status).toBe('running');

    database.noteJob(a, '17', { ...waiting, reason: 'BeginTime', restarts: 1 });
    expect([getRun(database, a)?.status, getJob(database, a)?.restarts]).toEqual(['queued', 1]);
    // What is not known stays.
    expect(getJob(database, a)?.node).toBe('n7');
    database.record(a, [{ kind: 'started', process: elsewhere, job: '17', time: 1000 }]);
    database.record(a, [{ kind: 'ended', status: 'finished', error: null, time: 1000 + hour }]);
    database.noteJob(a, '17', { state: 'COMPLETED', reason: undefined, node: undefined, restarts: -1 });
    expect([getRun(database, a)?.status, getJob(database, a)?.restarts]).toEqual(['finished', 1]);

    expect(countJobs(database, parent.id)).toEqual([
      { state: 'COMPLETED', count: 1 },
      { state: 'PENDING', count: 1 },
    ]);
    expect(getJob(database, b)?.state).toBe('PENDING');
    expect(listJobs(database, parent.id).map(({ runId }) => runId)).toEqual([a, b]);
  });

  it('have used what each of their runs has, and need what is left at the pace of their stage', () => {
    const parent = database.initRun({ experiment: 'e', name: 'e', config: {} });
    const of = (stage: string, expectedSeconds: number, gpus = 1) =>
      queue(parent.id, gpus, { stage, expectedSeconds });
    const ran = (run: number, piece: string, hours: number) =>
      database.record(run, [
        { kind: 'job', piece, job: '1', host: 'n1', log: 'log', startedAt: 0, seconds: 3600 * hours },
      ]);
    const end = (run: number) =>
      database.record(run, [{ kind: 'ended', status: 'finished', error: null, time: 1 }]);
    // Sampling expected 100 s and took two parts of an hour, one of them put back once after a quarter: 2.25 h.
    const sampled = of('generate', 100);
    ran(sampled, 'part-0-0', 1);
    ran(sampled, 'part-1-0', 0.25);
    ran(sampled, 'part-1-1', 0.5);
    // What a job says last counts.
    ran(sampled, 'part-1-1', 1);
    end(sampled);
    // Half of it is left: 2.25 h of two GPUs.
    const sampling = of('generate', 200, 2);
    database.record(sampling, [
      { kind: 'started', process: thisProcess(), time: 1 },
      { kind: 'alive', time: 2, progress: { step: 5, steps: 10 } },
    ]);
    ran(sampling, 'part-0-0', 1);
    // No training has ended: the pace of what has.
    of('train', 400);
    expect(hoursOfJobs(database, parent.id)).toEqual({
      used: { coreHours: 4 * 3.25, gpuHours: 2.25 + 2 },
      toCome: { coreHours: 4 * (2.25 + 9), gpuHours: 2 * 2.25 + 9 },
    });
    expect(hoursOfJobs(database)).toEqual(hoursOfJobs(database, parent.id));
    expect(listJobRuns(database, sampled).map(({ piece, seconds }) => [piece, seconds])).toEqual([
      ['part-1-1', 3600],
      ['part-1-0', 900],
      ['part-0-0', 3600],
    ]);
  });

  it('keep their first start where a job begins again', () => {
    const a = queue(database.initRun({ experiment: 'e', name: 'e', config: {} }).id, 0);
    const start = (time: number) =>
      database.record(a, [{ kind: 'started', process: thisProcess(), job: '17', time }]);
    start(5000);
    database.noteJob(a, '17', { ...waiting, restarts: 1 });
    start(9000);
    expect(getRun(database, a)).toMatchObject({ startedAt: 5000, heartbeatAt: 9000, status: 'running' });
  });
});
