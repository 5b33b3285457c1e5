import { existsSync, linkSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, explainFileError, makeFolder, writeFileAtomic } from '@id3/core';
import type { StageInputs } from '../stages/stage.ts';

// What submitting commands and jobs tell each other: small files in `<out>/cluster`, each written once and whole, for on a shared
// file system only a rename and the making of a name are one act.

/** The part of a plan's node that a job needs. */
export interface JobNode {
  readonly stage: { readonly name: string; readonly version: number; readonly finish: boolean };
  readonly key: string;
  readonly inputs: StageInputs;
  readonly label: string;
  /** Folders of what it needs, relative to the root, by role. */
  readonly needs: Readonly<Record<string, string>>;
  readonly run: number;
  readonly token: string;
}

/** What one job, or one task of an array, does of a node: all of it, one part, or what comes after all parts. */
export type JobWork = 'all' | 'part' | 'finish';

/** One job or array, as its processes read it. */
export interface Batch {
  readonly id: string;
  readonly root: string;
  readonly registry: string;
  readonly engine: string;
  readonly checkpointSeconds: number;
  readonly work: JobWork;
  readonly cpus: number;
  readonly saveSeconds: number;
  readonly parts: number;
  readonly nodes: readonly JobNode[];
}

/** What the task of this index does. */
export const taskOf = ({ nodes, parts, work }: Batch, index: number): { node: JobNode; part: number } =>
  work === 'part'
    ? { node: nodes[Math.floor(index / parts)], part: index % parts }
    : { node: nodes[index], part: 0 };

/** Which job brings a node to its end. */
export interface Submission {
  readonly batch: string;
  readonly index: number;
  /** The job's id, such as `17` or `17_3`; that of the array of its parts too, where it is split. */
  readonly job: string;
  readonly partsBatch?: string;
  readonly partsJob?: string;
  readonly parts: number;
  readonly run: number;
  readonly token: string;
  readonly label: string;
  readonly cpus: number;
  readonly gpus: number;
  /** How often it was submitted again because the machinery failed. */
  readonly again: number;
  readonly submittedAt: number;
}

/** How a job ended, by its own word. */
export interface Ended {
  /** `left`: saved before its end and not put back into the queue. */
  readonly how: 'finished' | 'failed' | 'cancelled' | 'left';
  readonly message?: string;
  readonly mendable?: boolean;
}

export interface Started {
  readonly host: string;
  readonly restarts: number;
  readonly time: number;
}

export const clusterFolder = (root: string): string => join(root, 'cluster');
export const journalFolder = (root: string): string => join(clusterFolder(root), 'journals');
export const batchesFolder = (root: string): string => join(clusterFolder(root), 'batches');
export const batchFolder = (root: string, id: string): string => join(batchesFolder(root), id);

/** Where the attempts at a piece of a node's work are numbered. */
export const leaseFolder = (
  root: string,
  node: { stage: { name: string }; key: string },
  piece: string,
): string => join(clusterFolder(root), 'nodes', node.stage.name, node.key, piece);

const submissionFile = (root: string, node: { stage: { name: string }; key: string }): string =>
  join(clusterFolder(root), 'nodes', node.stage.name, `${node.key}.json`);

export const readSubmission = (
  root: string,
  node: { stage: { name: string }; key: string },
): Submission | undefined => readJson(submissionFile(root, node));

export const writeSubmission = (
  root: string,
  node: { stage: { name: string }; key: string },
  submission: Submission,
): void => writeJson(submissionFile(root, node), submission);

const recordFile = (folder: string, kind: 'started' | 'ended', index: number): string =>
  join(folder, `${kind}-${index}.json`);

export const readStarted = (folder: string, index: number): Started | undefined =>
  readJson(recordFile(folder, 'started', index));
export const writeStarted = (folder: string, index: number, started: Started): void =>
  writeJson(recordFile(folder, 'started', index), started);
export const readEnded = (folder: string, index: number): Ended | undefined =>
  readJson(recordFile(folder, 'ended', index));
/** Forgets how an earlier run of a job ended that Slurm has put back since. */
export const forgetEnded = (folder: string, index: number): void =>
  rmSync(recordFile(folder, 'ended', index), { force: true });
export const writeEnded = (folder: string, index: number, ended: Ended): void =>
  writeJson(recordFile(folder, 'ended', index), ended);
export const writeBatch = (batch: Batch): void =>
  writeJson(join(batchFolder(batch.root, batch.id), 'batch.json'), batch);
export const readBatch = (folder: string): Batch | undefined => readJson(join(folder, 'batch.json'));

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, JSON.stringify(value, null, 1));
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    // Not there, seen late, or another client's stale copy of it (NFS).
    if (['ENOENT', 'ESTALE'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Makes a file that nobody else has made; gives whether it is ours. */
export function makeOnce(folder: string, name: string, value: unknown): boolean {
  makeFolder(folder);
  const temporary = join(folder, `.${name}.${process.pid}.${Math.random().toString(36).slice(2)}`);
  const target = join(folder, name);
  try {
    writeFileSync(temporary, JSON.stringify(value));
    // Where the answer to a link is lost, a file server may say that it was there: ours has our content.
    linkSync(temporary, target);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw explainFileError(error, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Resolves with whether something came to be seen within so many seconds; a shared file system may show late what is there. */
export async function seen(isThere: () => boolean, parent: string, seconds: number): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(Math.min(1000, seconds * 100))) {
    if (isThere()) return true;
    if (Date.now() > deadline) return false;
    // Reading a folder has NFS ask the server what is in it.
    if (existsSync(parent)) readdirSync(parent);
  }
}
