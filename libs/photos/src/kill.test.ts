import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { fileDigest } from '@id3/core';
import { FaceRenderer, PRIORS, poolItem, renderItems, unlabelledSource } from '@id3/data';
import { alignPhotos } from './align.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'id3-kill-'));
const COUNT = 20;
const SIZE = 112;
const BORDER = 30;

/** Rendered faces in the middle of grey photos. */
async function photosOfRenderedFaces(): Promise<string> {
  const folder = fresh();
  const prior = { ...PRIORS.lfwLike };
  const items = Array.from({ length: COUNT }, (_, i) =>
    poolItem({ seed: 1, pool: 'test', prior }, i >> 2, i),
  );
  const { images } = renderItems(await FaceRenderer.load(), { seed: 1, pool: 'test', size: SIZE }, items);
  const bytes = SIZE * SIZE * 3;
  for (let i = 0; i < COUNT; i++)
    await sharp(images.subarray(i * bytes, (i + 1) * bytes), {
      raw: { width: SIZE, height: SIZE, channels: 3 },
    })
      .extend({ top: BORDER, bottom: BORDER, left: BORDER, right: BORDER, background: '#888' })
      .toFile(join(folder, `${String(i).padStart(2, '0')}.png`));
  return folder;
}

/** The hash of every file. */
const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, fileDigest(join(folder, name)).sha256]));

/** Findings that were written to a folder. */
const findingsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder).flatMap((name) =>
        readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean),
      )
    : [];

it(
  'an alignment by worker processes that was killed and continued has the bytes of one that was not',
  { timeout: 400_000 },
  async () => {
    const photos = await photosOfRenderedFaces();
    const [killed, findings] = [fresh(), fresh()];
    const script = join(import.meta.dirname, 'fixtures', 'align-folder.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, photos, killed, findings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const before = findingsIn(findings);
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(COUNT);
    expect(readdirSync(killed)).not.toContain('manifest.json');

    const progress: number[] = [];
    const { report } = await alignPhotos(unlabelledSource(photos), killed, {
      findings,
      workers: 2,
      onPhotos: (done) => progress.push(done),
    });
    // What was found before the kill is not looked for again.
    expect(progress[0]).toBe(before.length + 1);
    expect(findingsIn(findings).slice(0, before.length)).toEqual(before);
    expect(report.one).toBeGreaterThan(COUNT / 2);

    const whole = fresh();
    // One process, and so other batches.
    await alignPhotos(unlabelledSource(photos), whole, { findings: fresh(), workers: 1 });
    expect(contents(killed)).toEqual(contents(whole));
  },
);
