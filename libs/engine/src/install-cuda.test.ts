import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, expect, it } from 'vitest';
import { UserError } from '@id3/core';
import { installCuda, integrityOf, type Part } from './install-cuda.ts';

const folder = mkdtempSync(join(tmpdir(), 'install-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A tarball as npm packs it. */
async function tarballOf(files: Record<string, string>): Promise<string> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name: `package/${name}` }, content);
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(piece as Buffer);
  const path = join(folder, 'part-1.0.0.tgz');
  writeFileSync(path, gzipSync(Buffer.concat(pieces)));
  return path;
}
const home = join(folder, 'home');
const partOf = (integrity: string): Part => ({
  name: 'part',
  version: '1.0.0',
  integrity,
  place: (path) => (path.startsWith('bin/') ? path : undefined),
});

it('unpacks what has a place, after its checksum was compared', async () => {
  const path = await tarballOf({ 'bin/lib.so': 'library', 'other.js': 'left out' });
  await installCuda(home, () => path, [partOf(await integrityOf(path))]);
  expect(readFileSync(join(home, 'bin/lib.so'), 'utf8')).toBe('library');
  expect(existsSync(join(home, 'other.js'))).toBe(false);
});

it('refuses another tarball, or none, and leaves what is installed', async () => {
  const path = await tarballOf({ 'bin/lib.so': 'another' });
  const wrong = installCuda(home, () => path, [partOf('sha512-AAAA')]);
  await expect(wrong).rejects.toThrow(UserError);
  await expect(wrong).rejects.toThrow(
    /^part-1\.0\.0\.tgz has the checksum sha512-\S+ instead of sha512-AAAA; [^.]*\.$/,
  );
  const none = installCuda(home, () => join(folder, 'none.tgz'), [partOf('sha512-AAAA')]);
  await expect(none).rejects.toThrow(/^part-1\.0\.0\.tgz could not be had; .*--from=FOLDER\.$/);
  expect(readFileSync(join(home, 'bin/lib.so'), 'utf8')).toBe('library');
});
