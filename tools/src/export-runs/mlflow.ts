import { copyFileSync, linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileWriter, sha256 } from '@id3/core';
import { flatten } from '@id3/report';
import { eachRow, getAnnotations, type Annotation, type RunRow, type RunStatus } from '@id3/tracking';
import type { Entries, Wanted } from './entries.ts';
import { FileNames } from './names.ts';
import type { Selection } from './selection.ts';
import { verificationScalars } from './verification.ts';

/**
 * MLflow's file store (mlflow/store/tracking/file_store.py): a folder for each experiment by its number, in it one for each run, both
 * with a meta.yaml, and a file for each metric (lines `time value step`), parameter and tag.
 */
export function mlflowEntries(selection: Selection, { out, megabytes }: Wanted): Entries {
  return new Map(
    selection.experiments.map(({ id, name, createdAt }) => [
      String(id),
      (folder) => {
        mkdirSync(folder);
        const location = pathToFileURL(join(resolve(out), String(id))).href;
        writeFileSync(
          join(folder, 'meta.yaml'),
          yaml({
            artifact_location: location,
            creation_time: createdAt,
            experiment_id: String(id),
            last_update_time: createdAt,
            lifecycle_stage: 'active',
            name,
          }),
        );
        const said = getAnnotations(selection.reader);
        const copies = new Map<string, string>();
        for (const run of eachRow(selection.reader, 'runs', { experimentId: id }))
          writeRun(selection, run, said.get(run.id), { folder, location, megabytes, copies });
      },
    ]),
  );
}

/** MLflow's numbers. */
const STATUS: Record<RunStatus, number> = {
  running: 1,
  queued: 2,
  finished: 3,
  cached: 3,
  failed: 4,
  interrupted: 5,
};
const LOCAL_SOURCE = 4;

interface Place {
  readonly folder: string;
  readonly location: string;
  readonly megabytes: number;
  /** Copies of artefacts by what they are copies of. */
  readonly copies: Map<string, string>;
}

function writeRun(selection: Selection, run: RunRow, said: Annotation | undefined, place: Place): void {
  const uuid = uuidOf(selection, run.id);
  const folder = join(place.folder, uuid);
  for (const kind of ['metrics', 'params', 'tags', 'artifacts'])
    mkdirSync(join(folder, kind), { recursive: true });
  writeFileSync(
    join(folder, 'meta.yaml'),
    yaml({
      artifact_uri: `${place.location}/${uuid}/artifacts`,
      deleted_time: null,
      end_time: run.finishedAt,
      entry_point_name: '',
      experiment_id: basename(place.location),
      lifecycle_stage: 'active',
      run_id: uuid,
      run_name: said?.name ?? run.name,
      run_uuid: uuid,
      source_name: '',
      source_type: LOCAL_SOURCE,
      source_version: '',
      start_time: run.startedAt,
      status: STATUS[run.status],
      tags: [],
      user_id: run.host,
    }),
  );
  writeTexts(join(folder, 'params'), flatten(run.config));
  writeTexts(join(folder, 'tags'), tagsOf(selection, run, said));
  writeMetrics(selection, run, join(folder, 'metrics'));
  copyArtefacts(selection, run, place, join(folder, 'artifacts'));
}

/** The same for a run whenever it is exported: 32 hexadecimal digits. */
const uuidOf = ({ reader }: Selection, run: number): string => sha256(`${reader.path} ${run}`).slice(0, 32);

/** YAML of flat values: strings in double quotes are the same in JSON. */
const yaml = (values: Readonly<Record<string, string | number | null | []>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');

/** A file for each value, those that are no texts as JSON; what is null or undefined has none. */
function writeTexts(folder: string, values: Readonly<Record<string, unknown>>): void {
  const names = new FileNames();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    writeFileSync(join(folder, names.of(name)), typeof value === 'string' ? value : JSON.stringify(value));
  }
}

function tagsOf(selection: Selection, run: RunRow, said: Annotation | undefined): Record<string, unknown> {
  return {
    'mlflow.runName': said?.name ?? run.name,
    'mlflow.note.content': said?.note,
    'mlflow.parentRunId': run.parentId === null ? undefined : uuidOf(selection, run.parentId),
    'mlflow.source.name': run.command,
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': run.gitRevision,
    'mlflow.user': run.host,
    'id3.run': run.id,
    'id3.status': run.status,
    'id3.stage': run.stage,
    'id3.variant': run.variant,
    'id3.seed': run.seed,
    'id3.engine': run.engine,
    'id3.error': run.error,
    'id3.archived': said?.archived ? 'true' : undefined,
    ...Object.fromEntries((said?.tags ?? []).map((tag) => [tag, 'true'])),
  };
}

/** Metrics as they were logged, and those of benchmarks, such as `lfw accuracy`. */
function writeMetrics({ reader }: Selection, run: RunRow, folder: string): void {
  const names = new FileNames();
  let file: { readonly key: string; readonly writer: FileWriter } | undefined;
  try {
    for (const { key, step, value, time } of eachRow(reader, 'metrics', { runId: run.id })) {
      if (file?.key !== key) {
        file?.writer.close();
        file = { key, writer: new FileWriter(join(folder, names.of(key))) };
      }
      file.writer.append(metricLine(time, value, step));
    }
  } finally {
    file?.writer.close();
  }
  const time = run.finishedAt ?? run.heartbeatAt;
  for (const summary of eachRow(reader, 'verification_summaries', { runId: run.id }))
    for (const [name, value] of verificationScalars(summary))
      writeFileSync(join(folder, names.of(`${summary.benchmark} ${name}`)), metricLine(time, value, 0));
}

/** Numbers as Python reads them. */
function metricLine(time: number, value: number | null, step: number): string {
  const text = value === null ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
  return `${time} ${text} ${Math.round(step)}\n`;
}

/** Copies a run's files that are there and not too large, by kind. Of a file of several runs, such as cached ones, there is one copy with several names. */
function copyArtefacts(
  { reader }: Selection,
  run: RunRow,
  { copies, megabytes }: Place,
  folder: string,
): void {
  const names = new FileNames();
  for (const { path, kind } of eachRow(reader, 'artefacts', { runId: run.id })) {
    const file = resolve(reader.root, path);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile() || stat.size > megabytes * 1e6) continue;
    const target = join(folder, names.of(`${kind} ${basename(path)}`));
    const copy = copies.get(file);
    if (copy === undefined) copyFileSync(file, target);
    else linkSync(copy, target);
    copies.set(file, target);
  }
}
