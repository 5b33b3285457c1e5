import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { StudioProcess } from './studio-process.ts';

const entry = join(import.meta.dirname, 'fixtures/slow-studio.ts');
const model = 'committed/x';
let studio: StudioProcess;
const start = (idleMs?: number) => (studio = new StudioProcess({ entry, database: '', idleMs }));
afterEach(() => studio.stop());

const ageOf = async (asker: string, age: number) =>
  (await studio.faces(asker, { model, age })).faces[0].cosine;

it('starts with the first request, and of each asker the newest wins', async () => {
  start();
  expect(studio.pid).toBeUndefined();
  await studio.models();
  const answers = await Promise.allSettled([
    ageOf('a', 60),
    ageOf('a', 2),
    ageOf('b', 3),
    ageOf('b', 4),
    ageOf('a', 5),
  ]);
  expect(answers.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.kind))).toEqual([
    'superseded',
    'superseded',
    'superseded',
    4,
    5,
  ]);
});

it('stops what nobody waits for, in hand or in the queue', async () => {
  start();
  const [left, right] = [new AbortController(), new AbortController()];
  const running = studio.faces('a', { model, age: 100 }, { signal: left.signal });
  const waiting = studio.faces('b', { model, age: 100 }, { signal: right.signal });
  right.abort();
  await expect(waiting).rejects.toMatchObject({ kind: 'superseded' });
  setTimeout(() => left.abort(), 100);
  await expect(running).rejects.toMatchObject({ kind: 'superseded' });
  expect(await ageOf('c', 1)).toBe(1);
});

it('ends when it is idle, and starts again', async () => {
  start(50);
  expect(await ageOf('a', 1)).toBe(1);
  const { pid } = studio;
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => studio.pid, { timeout: 120_000 }).toBeUndefined();
  expect(await ageOf('a', 2)).toBe(2);
  expect(studio.pid).not.toBe(pid);
});

it('says in a sentence that its process died, and starts another', async () => {
  start();
  await expect(studio.faces('a', { model, direction: 13 })).rejects.toMatchObject({
    kind: 'broken',
    message: "The studio's process died by signal SIGKILL; the next request starts another.",
  });
  expect(await ageOf('a', 7)).toBe(7);
});

it('refuses more askers than can wait', async () => {
  start();
  const running = studio.faces('first', { model, age: 100 });
  const waiting = Array.from({ length: 16 }, (_, k) => studio.faces(`asker ${k}`, { model, age: 1 }));
  await expect(studio.faces('late', { model })).rejects.toMatchObject({ kind: 'busy' });
  await running;
  expect(await Promise.all(waiting)).toHaveLength(16);
});
