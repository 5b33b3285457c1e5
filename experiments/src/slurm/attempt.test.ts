import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomic } from '@id3/core';
import { thisProcess } from '@id3/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDone, markDone } from '../scheduler/done.ts';
import { Attempt, Superseded } from './attempt.ts';
import { makeOnce, seen } from './records.ts';

const NODE = { key: 'k', inputs: {}, stage: { name: 'stage', version: 1 } };

let root: string;
let target: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'id3-attempt-'));
  target = join(root, 'stage', 'key');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const take = (from?: string) => Attempt.take(join(root, 'leases'), target, {}, from);
const read = (attempt: { folder: string }, name: string) => readFileSync(join(attempt.folder, name), 'utf8');

describe('tries at one piece of work', () => {
  it('the newest publishes, from what the one before had saved; the one before cannot', async () => {
    const first = take();
    writeFileAtomic(join(first.folder, 'shard-0'), 'whole');
    writeFileAtomic(join(first.folder, 'model'), 'step 3');
    writeFileSync(join(first.folder, 'shard-1.vm-1.tmp'), 'hal');
    const second = take();
    expect([first.isSuperseded, second.isSuperseded]).toEqual([true, false]);
    expect(readdirSync(second.folder).sort()).toEqual(['model', 'shard-0']);
    // The first copy computes on, as under a slurmd that was killed.
    writeFileAtomic(join(first.folder, 'model'), 'step 4 of the first');
    writeFileAtomic(join(second.folder, 'model'), 'step 9');
    markDone(second.folder, NODE);
    markDone(first.folder, NODE);
    await expect(first.publish()).rejects.toBeInstanceOf(Superseded);
    expect(isDone(target)).toBe(false);
    await second.publish();
    expect(readFileSync(join(target, 'model'), 'utf8')).toBe('step 9');
    // And on after that: what it writes is not seen.
    writeFileAtomic(join(first.folder, 'model'), 'step 5 of the first');
    expect(readFileSync(join(target, 'model'), 'utf8')).toBe('step 9');
    expect(isDone(target)).toBe(true);
    first.discard();
    expect(readdirSync(join(root, 'stage'))).toEqual(['key']);
  });

  it('goes on from what another executor left unfinished, and takes its place', async () => {
    mkdirSync(target, { recursive: true });
    writeFileAtomic(join(target, 'model'), 'step 3');
    writeFileSync(join(target, 'lock.json'), '[]');
    const attempt = take(target);
    expect(readdirSync(attempt.folder)).toEqual(['model']);
    writeFileAtomic(join(attempt.folder, 'model'), 'step 9');
    markDone(attempt.folder, NODE);
    await attempt.publish();
    expect(readdirSync(target).sort()).toEqual(['done.json', 'model']);
    expect(readFileSync(join(target, 'model'), 'utf8')).toBe('step 9');
  });

  it('waits for a scheduler of this machine that computes there, and takes its result', async () => {
    const attempt = take();
    writeFileAtomic(join(attempt.folder, 'model'), 'same');
    markDone(attempt.folder, NODE);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'lock.json'), JSON.stringify([thisProcess()]));
    let isPublished = false;
    const publishing = attempt.publish().then(() => (isPublished = true));
    await sleep(700);
    expect(isPublished).toBe(false);
    writeFileAtomic(join(target, 'model'), 'same');
    markDone(target, NODE);
    await publishing;
    expect(readdirSync(join(root, 'stage'))).toEqual(['key']);
  });

  it('takes up where the last two left off, though the last had no time to begin', () => {
    writeFileAtomic(join(take().folder, 'model'), 'step 3');
    const second = take();
    rmSync(second.folder, { recursive: true });
    expect(read(take(), 'model')).toBe('step 3');
  });
});

it('of many that make a file at once, one has made it', () => {
  const made = Array.from({ length: 20 }, (_, k) => makeOnce(root, 'lease-1', { k }));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(root, 'lease-1'), 'utf8'))).toEqual({ k: made.indexOf(true) });
  expect(readdirSync(root)).toEqual(['lease-1']);
});

it('what a slow file system shows late is waited for, and what never comes is not waited for for ever', async () => {
  const path = join(root, 'late');
  setTimeout(() => writeFileSync(path, ''), 300);
  expect(await seen(() => existsSync(path), root, 10)).toBe(true);
  expect(await seen(() => false, join(root, 'nowhere'), 0.3)).toBe(false);
});
