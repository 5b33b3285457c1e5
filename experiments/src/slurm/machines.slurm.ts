import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { errorCode } from '@id3/core';
import { expect, it } from 'vitest';
import { describeOnSlurm, until } from '../fixtures/on-slurm.ts';
import type { TestNode } from '../fixtures/slurm.ts';
import { isDone } from '../scheduler/done.ts';

describeOnSlurm('machines that fail', (on) => {
  it('the controller restarted: nothing is lost', async () => {
    const diamond = on.diamond(150);
    const running = diamond.attach();
    await until(() => diamond.isUnderWay('a'), 'a begins');
    await on.slurm.kill('controller');
    await sleep(3000);
    on.slurm.startController();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(diamond.results()).toEqual(await diamond.localResults());
  });

  it.each([
    { label: 'a', what: 'a whole stage' },
    { label: 'b', what: 'a part of a split one' },
  ])(
    'a node killed in $what: it goes on elsewhere, and what still computes there spoils nothing',
    async ({ label }) => {
      const diamond = on.diamond(4000);
      diamond.attach();
      await until(() => diamond.isUnderWay(label), `${label} begins`);
      const node = diamond.jobs(label)[0].host as TestNode;
      const isElsewhere = () => diamond.jobs(label).filter(({ restarts }) => restarts > 0);
      await on.slurm.kill(node);
      await until(() => isElsewhere().length > 0, `${label} begins elsewhere`);
      for (const { host } of isElsewhere()) expect(host).not.toBe(node);
      const result = diamond.resultOf(label);
      await until(() => isDone(result), `${label} is finished`);
      on.slurm.startNode(node);
      if (label === 'b') expect(readFileSync(join(result, 'sum'), 'utf8')).toBe('16');
      expect(readFileSync(join(result, 'count-0'), 'utf8')).toBe('8');
      await until(() => diamond.tries(label).length === 0, 'the first copy has seen that it lost');
    },
  );

  it('a shared file system that shows late what others wrote: the same results, and nothing is taken for lost', async () => {
    const diamond = on.diamond(20);
    const preload = `--import ${pathToFileURL(join(import.meta.dirname, '../fixtures/late-fs.mjs')).href}`;
    const notes = mkdtempSync(join(tmpdir(), 'id3-late-'));
    const environment = { NODE_OPTIONS: preload, LATE_ROOT: on.root, LATE_MS: '2500', LATE_OWN: notes };
    const setup = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
    const { code, text } = await diamond.attach({ setup }, environment).ended;
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).not.toContain('warning');
    // It did hide things, from each job its own.
    expect(readdirSync(notes).length).toBeGreaterThanOrEqual(6);
    rmSync(notes, { recursive: true });
    for (const label of ['a', 'c', 'd']) expect(diamond.jobs(label)).toHaveLength(1);
    expect(diamond.results()).toEqual(await diamond.localResults());
  });

  it('a job that the machinery failed is submitted again, with those that waited for it', async () => {
    const diamond = on.diamond(5);
    const marker = join(on.root, 'began');
    const once = `[ -e ${marker} ] || { touch ${marker}; exit 1; }`;
    const { code, text } = await diamond.attach({ setup: [once] }).ended;
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toMatch(/warning counting a job \d+ never began .*; it is submitted again\./);
    expect(diamond.results()).toEqual(await diamond.localResults());
  });

  it('a job that the machinery always fails ends in a sentence', async () => {
    const { code, text } = await on.diamond(5).attach({ setup: ['exit 1'] }).ended;
    expect(code).toBe(1);
    expect(text).toMatch(
      /The stage "counting a" failed: job \d+ never began.*, 4 times; look at the logs in/,
    );
  });

  it.skipIf(userInfo().uid !== 0)(
    'a full disk is said in a sentence, and nothing is lost by it',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', on.root]);
      try {
        const diamond = on.diamond(1000);
        const first = diamond.attach();
        await until(() => diamond.isUnderWay('a'), 'a begins');
        fill(join(on.root, 'filler'));
        const { code, text } = await first.ended;
        expect(code).toBe(1);
        expect(text).toContain('The disk is full');
        await until(() => on.slurm.ask('squeue', '-h', '-t', 'R') === '', 'no job runs');
        rmSync(join(on.root, 'filler'));
        on.slurm.ask('scancel', '--user', userInfo().username);
        await on.emptied();
        expect(await diamond.attach().ended).toMatchObject({ code: 0 });
        expect(readFileSync(join(diamond.resultOf('b'), 'sum'), 'utf8')).toBe('16');
      } finally {
        await on.emptied();
        execFileSync('umount', ['--lazy', on.root]);
      }
    },
  );
});

/** Writes a file until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 20; size > 0; size >>= 1)
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if (errorCode(error) !== 'ENOSPC') throw error;
      }
  } finally {
    closeSync(file);
  }
}
