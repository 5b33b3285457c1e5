import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countJobs, getJob, getRun, openDatabase, thisProcess, usedByJobs, type Database } from './index.ts';

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

const queue = (parent: number, gpus: number) =>
  database.queueRun(
    { experiment: 'e', name: 'stage', stage: 's', parent, config: {} },
    { token: 't', cpus: 4, gpus },
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
    // What waits has used nothing.
    expect(usedByJobs(database, parent.id)).toEqual({ coreHours: 4, gpuHours: 2 });
    expect(usedByJobs(database)).toEqual({ coreHours: 4, gpuHours: 2 });
    expect(getJob(database, b)?.state).toBe('PENDING');
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
