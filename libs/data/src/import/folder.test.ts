import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Rng } from '@id3/core';
import { freshFolder } from '@id3/formats/testing';
import { describe, expect, it } from 'vitest';
import { picturesBelow, pictureFinder } from './folder.ts';

/** What is in a folder: a file, a link to a path below the root, or a folder. */
type Entry = 'file' | { link: string } | Tree;
interface Tree {
  [name: string]: Entry;
}
const isLink = (entry: Entry): entry is { link: string } =>
  typeof entry === 'object' && typeof entry.link === 'string';

function make(root: string, tree: Tree, below = ''): void {
  for (const [name, entry] of Object.entries(tree)) {
    const path = join(below, name);
    if (entry === 'file') writeFileSync(join(root, path), '');
    else if (isLink(entry)) symlinkSync(resolve(root, entry.link), join(root, path));
    else {
      mkdirSync(join(root, path));
      make(root, entry, path);
    }
  }
}
function made(tree: Tree): string {
  const root = freshFolder();
  make(root, tree);
  return root;
}

describe('pictures below a folder', () => {
  it('are those behind links too; all else is named with a reason', () => {
    const outside = made({ 'c.png': 'file', back: { link: '.' } });
    const root = made({
      ann: {
        '1.JPG': 'file',
        '2.jfif': 'file',
        'notes.txt': 'file',
        deep: { '3.png': 'file' },
        up: { link: '.' },
      },
      bob: { link: 'store/bob' },
      cyd: { link: outside },
      dan: { link: outside },
      store: { bob: { 'b.webp': 'file' } },
      '.cache': { 'c.png': 'file' },
      'gone.png': { link: 'nowhere.png' },
      'loop.png': { link: 'loop.png' },
      'k.bmp': 'file',
    });
    expect(picturesBelow(root)).toEqual({
      pictures: ['ann/1.JPG', 'ann/2.jfif', 'ann/deep/3.png', 'cyd/c.png', 'store/bob/b.webp'],
      passed: [
        { path: '.cache', why: 'hidden' },
        { path: 'ann/notes.txt', why: 'no suffix of a picture that can be read' },
        { path: 'ann/up', why: 'a link to a folder that is read already' },
        { path: 'bob', why: 'a link to a folder that is read already' },
        { path: 'cyd/back', why: 'a link to a folder that is read already' },
        { path: 'dan', why: 'a link to a folder that is read already' },
        { path: 'gone.png', why: 'a link to nothing' },
        { path: 'k.bmp', why: 'no suffix of a picture that can be read' },
        { path: 'loop.png', why: 'not to be read (ELOOP)' },
      ],
    });
    expect(() => picturesBelow(join(root, 'nowhere'))).toThrow(
      /nowhere cannot be read \(ENOENT\); give a folder/,
    );
  });

  it('are found once each in generated trees, whatever links lead where', () => {
    const names = [
      'a.png',
      'b.JPEG',
      'c',
      '.d',
      'e e',
      'f,f',
      "g'g.tif",
      '$(h)',
      'e\u0301.png',
      'i\n.gif',
      'k.txt',
    ];
    const outside = made({ 'o.png': 'file' });
    const counts = { links: 0, out: 0 };
    for (let seed = 0; seed < 60; seed++) {
      const rng = new Rng(seed, 'tree');
      const folders = ['', outside];
      const expected: string[] = [];
      let linksOut = false;
      const grow = (below: string, depth: number, hidden: boolean): Tree =>
        Object.fromEntries(
          names
            .filter(() => rng.uniform(0, 1) < 0.5)
            .map((name): [string, Entry] => {
              const path = join(below, name);
              const isHidden = hidden || name.startsWith('.');
              const kind = rng.int(depth > 2 ? 2 : 4);
              if (kind === 0) {
                if (!isHidden && /\.(png|jpeg|tif|gif)$/i.test(name)) expected.push(path);
                return [name, 'file'];
              }
              if (kind === 1) {
                const link = folders[rng.int(folders.length)];
                if (!isHidden) linksOut ||= link === outside;
                counts.links++;
                return [name, { link }];
              }
              if (!isHidden) folders.push(path);
              return [name, grow(path, depth + 1, isHidden)];
            }),
        );
      const { pictures } = picturesBelow(made(grow('', 0, false)));
      const inside = pictures.filter((path) => !path.endsWith('o.png'));
      expect(inside.sort()).toEqual(expected.sort());
      expect(pictures.length - inside.length).toBe(linksOut ? 1 : 0);
      counts.out += Number(linksOut);
    }
    expect(counts.links).toBeGreaterThan(200);
    expect(counts.out).toBeGreaterThan(10);
  });
});

describe('a picture that a list names', () => {
  it('is found by its name whatever its suffix and its normal form', () => {
    const nfd = 'Jose\u0301';
    const root = made({
      [nfd]: { [`${nfd}_1.png`]: 'file' },
      al: { 'al_1.JPG': 'file', 'al_2.txt': 'file' },
    });
    const find = pictureFinder();
    expect(find(join(root, 'al/al_1.jpg'))).toBe(join(root, 'al/al_1.JPG'));
    expect(find(join(root, 'Jos\u00e9/Jos\u00e9_1.jpg'))).toBe(join(root, nfd, `${nfd}_1.png`));
    expect(find(join(root, 'al/al_2.jpg'))).toBeUndefined();
    expect(find(join(root, 'bo/bo_1.jpg'))).toBeUndefined();
  });
  it('is refused where two could be meant, unless one has the very name', () => {
    const root = made({ 'a.png': 'file', 'a.JPG': 'file' });
    expect(() => pictureFinder()(join(root, 'a.webp'))).toThrow(/may be a\.JPG or a\.png of that folder/);
    expect(pictureFinder()(join(root, 'a.png'))).toBe(join(root, 'a.png'));
  });
});
