import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLimits, parseQueue, type QueuedState } from './client.ts';
import { batchFolder, writeEnded, writeStarted, type Submission } from './records.ts';
import { verdictOn } from './verdict.ts';

const submission: Submission = {
  batch: 'b',
  index: 0,
  job: '17',
  parts: 1,
  run: 1,
  token: 't',
  label: 'train-f full',
  cpus: 1,
  gpus: 0,
  again: 0,
  submittedAt: 0,
};
const split: Submission = { ...submission, batch: 'f', partsBatch: 'p', partsJob: '16', parts: 2 };

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'id3-verdict-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const state = (word: string, reason?: string): QueuedState => ({
  state: word,
  reason,
  node: undefined,
  restarts: 0,
});
const queueOf = (states: Record<string, QueuedState>) => new Map(Object.entries(states));
const verdict = (of: Submission, states: Record<string, QueuedState> = {}) =>
  verdictOn(of, root, of, queueOf(states));
const folder = (id: string) => batchFolder(root, id);
const start = (id: string, index = 0) =>
  writeStarted(folder(id), index, { host: 'n1', restarts: 0, time: 1 });

describe('what is said of a node', () => {
  it.each([
    ['PENDING', 'queued'],
    ['RUNNING', 'running'],
    ['REQUEUED', 'queued'],
    ['COMPLETING', 'running'],
  ])('%s: it is %s', (word, is) => expect(verdict(submission, { 17: state(word) }).is).toBe(is));

  it("FAILED without having begun is the machinery's failure, not the stage's", () =>
    expect(verdict(submission, { 17: state('FAILED') })).toEqual({
      is: 'lost',
      why: 'job 17 never began (Slurm says FAILED)',
    }));

  it('forgotten by Slurm, with and without a start', () => {
    expect(verdict(submission)).toEqual({ is: 'lost', why: 'job 17 never began' });
    start('b');
    expect(verdict(submission)).toEqual({ is: 'lost', why: 'job 17 ended without a word' });
  });

  it("its own word goes before the queue's", () => {
    start('b');
    writeEnded(folder('b'), 0, { how: 'failed', message: 'The moon is full.' });
    expect(verdict(submission, { 17: state('COMPLETED') })).toEqual({
      is: 'failed',
      message: 'The moon is full.',
    });
  });

  it('cancelled by hand while it waited, or out of memory: not submitted again', () => {
    expect(verdict(submission, { 17: state('CANCELLED') })).toEqual({
      is: 'cancelled',
      message: 'job 17 was cancelled',
    });
    start('b');
    expect(verdict(submission, { 17: state('OUT_OF_MEMORY') })).toMatchObject({
      is: 'failed',
      message: expect.stringMatching(/memoryGb of train-f/) as string,
    });
  });

  it('ended as by scancel, but put back by Slurm: it is queued', () => {
    start('b');
    writeEnded(folder('b'), 0, { how: 'cancelled' });
    expect(verdict(submission, { 17: state('COMPLETING') }).is).toBe('running');
    expect(verdict(submission, { 17: state('PENDING') }).is).not.toBe('failed');
    expect(verdict(submission, { 17: state('CANCELLED') }).is).toBe('failed');
    expect(verdict(submission).is).toBe('failed');
  });

  it('saved, but not put back', () => {
    writeEnded(folder('b'), 0, { how: 'left' });
    expect(verdict(submission).is).toBe('left');
  });

  it('of a split one: runs while a part does, fails with a part, is lost with a part that never began', () => {
    const after = { 17: state('PENDING', 'Dependency') };
    const waits = { '16_0': state('PENDING', 'Resources'), '16_1': state('PENDING', 'Resources') };
    expect(verdict(split, { ...waits, ...after })).toEqual({
      is: 'queued',
      job: '16_0',
      state: waits['16_0'],
    });
    const runs = { '16_1': state('RUNNING') };
    expect(verdict(split, { ...waits, ...runs, ...after })).toEqual({
      is: 'running',
      job: '16_1',
      state: runs['16_1'],
    });
    writeEnded(folder('p'), 0, { how: 'finished' });
    expect(verdict(split, { '16_1': state('FAILED'), 17: state('CANCELLED', 'Dependency') })).toEqual({
      is: 'lost',
      why: 'job 16_1 never began (Slurm says FAILED)',
    });
    writeEnded(folder('p'), 1, { how: 'failed', message: 'No.' });
    expect(verdict(split, after)).toEqual({ is: 'failed', message: 'No.' });
  });
});

it('the queue is read in columns; jobs of others are passed over', () => {
  const line = (...words: string[]) => words.map((word) => word.padEnd(120)).join('');
  const text = [
    line('17_3', 'id3-0a1b', 'PENDING', 'Resources', '', '0'),
    line('18', 'id3-0a1c', 'RUNNING', 'None', 'n2', '2'),
    line('19', 'somebody', 'RUNNING', 'None', 'n1', '0'),
    '',
  ].join('\n');
  expect(Object.fromEntries(parseQueue(text))).toEqual({
    '17_3': { state: 'PENDING', reason: 'Resources', node: undefined, restarts: 0 },
    18: { state: 'RUNNING', reason: undefined, node: 'n2', restarts: 2 },
  });
});

it('the limit of a partition is read, and of several the smallest', () => {
  const text = 'short 30:00\nmain* 1-12:00:00\nmain* 1-12:00:00\nlong infinite\n';
  expect(parseLimits(text, true)).toBe(36);
  expect(parseLimits(text, false)).toBe(0.5);
  expect(parseLimits('long infinite\n', false)).toBe(Infinity);
  expect(parseLimits('', true)).toBe(Infinity);
});
