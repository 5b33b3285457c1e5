import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { imageEvent, scalarEvent } from '@id3/formats';
import { eachRow, type RunRow } from '@id3/tracking';
import { FileNames } from './names.ts';
import type { Entries } from './entries.ts';
import { eventFile, writeEvents } from './event-file.ts';
import type { Selection } from './selection.ts';
import { hparamsOf, writeSessions } from './tensorboard-variants.ts';
import { verificationScalars } from './verification.ts';

/**
 * A folder for each experiment, in it one for each run that logged something, with an event file: its metrics, what it says of benchmarks, its
 * pictures. Beside them are the sessions of HPARAMS, one for each verified recogniser of the newest table, and above all a file that
 * says what sessions differ in.
 */
export function tensorboardEntries(selection: Selection): Entries {
  const names = new FileNames();
  const compared = hparamsOf(selection);
  const entries: Entries = new Map();
  if (compared !== undefined)
    entries.set(eventFile(compared.seconds), (path) => writeEvents(path, compared.seconds, [compared.event]));
  for (const experiment of selection.experiments)
    entries.set(names.of(experiment.name), (folder) => {
      mkdirSync(folder);
      for (const run of eachRow(selection.reader, 'runs', { experimentId: experiment.id }))
        writeRun(selection, run, join(folder, runFolder(run)));
      const sessions = compared?.tables.find(({ experimentId }) => experimentId === experiment.id);
      if (compared !== undefined && sessions !== undefined) writeSessions(folder, sessions, compared);
    });
  return entries;
}

/** The number tells runs of one name apart. */
const runFolder = ({ id, name }: RunRow): string => new FileNames().of(`${id} ${name}`);

function writeRun(selection: Selection, run: RunRow, folder: string): void {
  const events = eventsOf(selection, run);
  const first = events.next();
  // A run that logged nothing is none for TensorBoard.
  if (first.done) return;
  const seconds = run.startedAt / 1000;
  mkdirSync(folder);
  writeEvents(
    join(folder, eventFile(seconds)),
    seconds,
    (function* () {
      yield first.value;
      yield* events;
    })(),
  );
}

function* eventsOf({ reader }: Selection, run: RunRow): Generator<Uint8Array> {
  for (const { key, step, value, time } of eachRow(reader, 'metrics', { runId: run.id }))
    yield scalarEvent({ seconds: time / 1000, step: Math.round(step) }, key, value ?? NaN);
  const atEnd = { seconds: (run.finishedAt ?? run.heartbeatAt) / 1000, step: 0 };
  for (const summary of eachRow(reader, 'verification_summaries', { runId: run.id }))
    for (const [name, value] of verificationScalars(summary))
      yield scalarEvent(atEnd, `${summary.benchmark}/${name}`, value);
  for (const { path, kind } of eachRow(reader, 'artefacts', { runId: run.id })) {
    const picture = extname(path) === '.png' ? pictureAt(resolve(reader.root, path)) : undefined;
    if (picture !== undefined) yield imageEvent(atEnd, `${kind}/${basename(path)}`, picture);
  }
}

/** No picture of a run is larger. */
const MAX_PICTURE_BYTES = 64e6;

/** A PNG with its size, which its first chunk, IHDR, says; undefined where it is gone or is none. */
function pictureAt(path: string): { encoded: Buffer; width: number; height: number } | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < 24 || size > MAX_PICTURE_BYTES) return undefined;
  const encoded = readFileSync(path);
  if (encoded.toString('latin1', 1, 4) !== 'PNG') return undefined;
  return { encoded, width: encoded.readUInt32BE(16), height: encoded.readUInt32BE(20) };
}
