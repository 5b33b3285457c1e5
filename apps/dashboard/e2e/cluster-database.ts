import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { openDatabase, thisProcess, type Database, type QueuedJob } from '@id3/tracking';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 1);

/** An experiment in the middle of its way through a cluster, as the submitting command and its jobs' journals tell it. */
export interface ClusterRuns {
  readonly experiment: number;
  readonly trained: number;
  readonly sampling: number;
}

/** Writes a database and logs into a folder: a stage that has ended after it was put back, one whose parts run, two that wait. */
export function makeClusterDatabase(folder: string): ClusterRuns {
  const database = openDatabase(join(folder, 'tracking.sqlite'));
  const run = database.initRun({ experiment: 'ablation-paper', name: 'ablation', config: {} });
  const stage = (name: string, job: Partial<QueuedJob> = {}): number =>
    database.queueRun(
      {
        experiment: 'ablation-paper',
        name,
        stage: name.split(' ')[0],
        parent: run.id,
        config: {},
        engine: { name: 'onnx-cuda', versions: {} },
      },
      { token: 't', cpus: 8, gpus: 1, expectedSeconds: 100, ...job },
    ).id;
  try {
    const trained = stage('train-f', { expectedSeconds: 200 });
    ran(database, trained, { piece: 'aa-0-0', job: '11', host: 'gpu03', at: 0, hours: 2 });
    ran(database, trained, { piece: 'aa-0-1', job: '11', host: 'gpu07', at: 2, hours: 4 });
    database.record(trained, [{ kind: 'ended', status: 'finished', error: null, time: START + 6 * HOUR }]);
    database.noteJob(trained, '11', { state: 'COMPLETED', reason: undefined, node: 'gpu07', restarts: 1 });
    writeLog(folder, 'aa-0', 'Engine: ONNX Runtime on an H200\nSaved; the job goes back into the queue.\n');

    const sampling = stage('generate full');
    for (let part = 0; part < 12; part++)
      ran(database, sampling, {
        piece: `bb-${part}-0`,
        job: `12_${part}`,
        host: `gpu0${part % 4}`,
        at: 6 + 0.1 * part,
        hours: 0.5,
      });
    database.record(sampling, [
      { kind: 'alive', time: START + 7 * HOUR, progress: { step: 300, steps: 400, secondsLeft: 600 } },
    ]);
    const running = { state: 'RUNNING', reason: undefined, node: 'gpu00', restarts: 0 };
    database.noteJob(sampling, '13', running);
    writeLog(folder, 'bb-11', Array.from({ length: 500 }, (_, k) => `Image ${k} of 500\n`).join(''));

    const waiting = { state: 'PENDING', node: undefined, restarts: 0 };
    const trains = stage('train-recogniser full seed 1');
    database.noteJob(trains, '14', { ...waiting, reason: 'Dependency' });
    const other = stage('train-diffusion without ID loss', { gpus: 4 });
    database.noteJob(other, '15', { ...waiting, reason: 'QOSMaxGRESPerUser', restarts: 2 });
    return { experiment: run.id, trained, sampling };
  } finally {
    database.close();
  }
}

function ran(
  database: Database,
  run: number,
  { piece, job, host, at, hours }: { piece: string; job: string; host: string; at: number; hours: number },
): void {
  const log = logPath(piece.replace(/-\d+$/, ''));
  const time = START + HOUR * at;
  database.record(run, [
    { kind: 'started', process: { ...thisProcess(), host }, job, time },
    { kind: 'job', piece, job, host, log, startedAt: time, seconds: (hours * HOUR) / 1000 },
  ]);
}

const logPath = (piece: string): string => `cluster/batches/${piece.replace('-', '/log-')}.txt`;
const writeLog = (folder: string, piece: string, text: string): void =>
  writeFileAtomic(join(folder, logPath(piece)), text);
