import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thisProcess } from '@id3/tracking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLock } from './file-lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-lock-'));
  path = join(folder, 'submit.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a lock of several machines', () => {
  it("is one process's at a time", async () => {
    let [inside, most] = [0, 0];
    const enter = () =>
      FileLock.during(path, async () => {
        most = Math.max(most, ++inside);
        await sleep(5);
        inside--;
      });
    await Promise.all(Array.from({ length: 8 }, enter));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process of this machine that has died is taken over at once, also of a later one of its number', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (const holder of [
      { ...thisProcess(), pid },
      { ...thisProcess(), processStart: 'another boot/1' },
    ]) {
      writeFileSync(path, JSON.stringify({ ...holder, token: 'dead' }));
      const lock = FileLock.take(path);
      expect(lock).toBeDefined();
      lock?.release();
    }
  });

  it('of another machine is held while it beats, and taken over when it is silent', () => {
    const write = () =>
      writeFileSync(path, JSON.stringify({ ...thisProcess(), host: 'elsewhere', token: 'far' }));
    write();
    expect(FileLock.take(path)).toBeUndefined();
    const old = new Date(Date.now() - 70_000);
    utimesSync(path, old, old);
    const lock = FileLock.take(path);
    expect(lock).toBeDefined();
    lock?.release();
    expect(existsSync(path)).toBe(false);
  });
});
