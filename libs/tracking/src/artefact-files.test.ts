import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoArtefact, resolveArtefact, resolveArtefactFile } from './artefact-files.ts';

let above: string;
let root: string;
beforeAll(() => {
  above = realpathSync(mkdtempSync(join(tmpdir(), 'id3-artefacts-')));
  root = join(above, 'root');
  mkdirSync(join(root, 'generate', 'abc'), { recursive: true });
  mkdirSync(join(above, 'root-neighbour'));
  writeFileSync(join(above, 'secret'), 'secret');
  writeFileSync(join(above, 'root-neighbour', 'secret'), 'secret');
  writeFileSync(join(root, 'generate', 'abc', 'samples.png'), 'png');
  symlinkSync(join(above, 'secret'), join(root, 'to-a-file'));
  symlinkSync(above, join(root, 'to-a-folder'));
  symlinkSync('..', join(root, 'generate', 'upwards'));
  symlinkSync(join(above, 'root-neighbour'), join(root, 'neighbour'));
  symlinkSync(join(root, 'circle'), join(root, 'circle'));
  symlinkSync('abc', join(root, 'generate', 'latest'));
});
afterAll(() => rmSync(above, { recursive: true, force: true }));

describe('resolveArtefact', () => {
  it('finds what lies below the root, also by a link that stays there', () => {
    const place = join(root, 'generate', 'abc', 'samples.png');
    expect(resolveArtefact(root, 'generate/abc/samples.png')).toBe(place);
    expect(resolveArtefact(root, 'generate/latest/samples.png')).toBe(place);
    expect(resolveArtefact(root, 'generate/upwards/generate/abc/samples.png')).toBe(place);
  });

  it.each([
    ['nothing', ''],
    ['a parent', '..'],
    ['a parent', '../secret'],
    ['a parent further down', 'generate/../../secret'],
    ['a parent, though it stays inside', 'generate/../generate/abc/samples.png'],
    ['the root itself', '.'],
    ['the root with a dot', './generate'],
    ['an empty part', 'generate//abc'],
    ['a slash at the end', 'generate/'],
    ['an absolute path', '/etc/passwd'],
    ['a Windows path', 'C:\\secret'],
    ['a Windows path', 'C:/secret'],
    ['a backslash', '..\\secret'],
    ['encoded dots', '%2e%2e/secret'],
    ['encoded slashes', '..%2fsecret'],
    ['twice encoded', '%252e%252e%252fsecret'],
    ['overlong UTF-8', '%c0%ae%c0%ae/secret'],
    ['a NUL', 'generate/abc/samples.png\0.txt'],
    ['a line break', 'generate\n'],
    ['a link to a file outside', 'to-a-file'],
    ['a link to a folder outside', 'to-a-folder/secret'],
    ['a folder whose name begins as the root', 'neighbour/secret'],
    ['a circle of links', 'circle'],
    ['what is not there', 'generate/abc/none.png'],
  ])('refuses %s: %j', (_what, path) => {
    expect(() => resolveArtefact(root, path)).toThrow(NoArtefact);
  });

  it('serves no folder as a file', () => {
    expect(() => resolveArtefactFile(root, 'generate/abc')).toThrow(NoArtefact);
    expect(resolveArtefactFile(root, 'generate/abc/samples.png')).toMatch(/samples\.png$/);
  });

  it('never leaves the root, whatever is put together', () => {
    const part = fc.constantFrom(
      ...['..', '.', '', 'generate', 'abc', 'latest', 'upwards', 'to-a-folder', 'neighbour', 'secret'],
      ...['%2e%2e', '..%2f', '/', '\\', 'samples.png', 'root', '~', '\0'],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('/', '\\', ''), (parts, between) => {
        let place: string;
        try {
          place = resolveArtefact(root, parts.join(between));
        } catch (error) {
          expect(error).toBeInstanceOf(NoArtefact);
          return;
        }
        expect(place.startsWith(`${root}/`)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
