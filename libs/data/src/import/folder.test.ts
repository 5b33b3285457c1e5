import { chmodSync, lstatSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
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
      eve: {
        '1.png': { link: 'ann/1.JPG' },
        '4.png': 'file',
        'also 4.png': { link: 'eve/4.png' },
        'by hash.png': { link: 'eve/blob' },
        blob: 'file',
        'by hash too.png': { link: 'eve/blob' },
        'hidden.png': { link: '.cache/c.png' },
      },
      'loop.png': { link: 'loop.png' },
      'k.bmp': 'file',
    });
    expect(picturesBelow(root)).toEqual({
      pictures: [
        'ann/1.JPG',
        'ann/2.jfif',
        'ann/deep/3.png',
        'cyd/c.png',
        'eve/4.png',
        'eve/by hash too.png',
        'eve/hidden.png',
        'store/bob/b.webp',
      ],
      passed: [
        { path: '.cache', why: 'hidden' },
        { path: 'ann/notes.txt', why: 'no suffix of a picture that can be read' },
        { path: 'ann/up', why: 'a link to a folder that is read already' },
        { path: 'bob', why: 'a link to a folder that is read already' },
        { path: 'cyd/back', why: 'a link to a folder that is read already' },
        { path: 'dan', why: 'a link to a folder that is read already' },
        { path: 'eve/1.png', why: 'a link to a picture that is read already' },
        { path: 'eve/also 4.png', why: 'a link to a picture that is read already' },
        { path: 'eve/blob', why: 'no suffix of a picture that can be read' },
        { path: 'eve/by hash.png', why: 'a link to a picture that is read already' },
        { path: 'gone.png', why: 'a link to nothing' },
        { path: 'k.bmp', why: 'no suffix of a picture that can be read' },
        { path: 'loop.png', why: 'not to be read (ELOOP)' },
      ],
    });
    expect(() => picturesBelow(join(root, 'nowhere'))).toThrow(
      /nowhere cannot be read \(ENOENT\); give a folder/,
    );
  });

  it(
    'are found once each in generated trees, whatever links lead where and whoever may read',
    { timeout: 600_000 },
    () => {
      const counts = { locked: 0, links: 0, out: 0 };
      asNobody(() => {
        const outside = made({ 'o.png': 'file' });
        for (let seed = 0; seed < 150; seed++) {
          const { tree, pictures: expected, reachesOut, visible, locked } = generatedTree(seed, outside);
          const root = made(tree);
          for (const path of locked) chmodSync(join(root, path), 0);
          const { pictures, passed } = picturesBelow(root);
          const isOut = (path: string) => realpathSync(join(root, path)) === join(outside, 'o.png');
          expect(pictures.filter((path) => !isOut(path)).sort()).toEqual(expected.sort());
          expect(pictures.filter(isOut).length).toBe(reachesOut ? 1 : 0);
          // Nothing is in both lists or twice in one; and nothing is in neither.
          const named = [...pictures.filter((path) => visible.has(path)), ...passed.map(({ path }) => path)];
          expect(new Set(named).size).toBe(named.length);
          for (const path of visible)
            if (!named.includes(path)) expect(lstatSync(join(root, path)).isFile()).toBe(false);
          for (const path of locked) chmodSync(join(root, path), 0o700);
          counts.locked += locked.length;
          counts.links += passed.filter(({ why }) => why.startsWith('a link')).length;
          counts.out += Number(reachesOut);
        }
      });
      expect(counts.locked).toBeGreaterThan(50);
      expect(counts.links).toBeGreaterThan(200);
      expect(counts.out).toBeGreaterThan(20);
    },
  );
});

const NAMES = [
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

/** A tree of files, links and folders with odd names, and what must be found in it. */
function generatedTree(seed: number, outside: string) {
  const rng = new Rng(seed, 'tree');
  const folders = ['', outside];
  const files = [join(outside, 'o.png')];
  const [pictures, locked]: string[][] = [[], []];
  const visible = new Set<string>();
  let reachesOut = false;
  const grow = (below: string, depth: number, unseen: boolean): Tree => {
    const entries = NAMES.filter(() => rng.chance(0.5)).map((name): [string, Entry] => {
      const path = join(below, name);
      const isUnseen = unseen || name.startsWith('.');
      const isPicture = /\.(png|jpeg|tif|gif)$/i.test(name);
      const kind = rng.int(depth > 2 ? 3 : 5);
      if (!isUnseen && kind < 3) visible.add(path);
      if (kind === 0) {
        if (!isUnseen && isPicture) for (const list of [files, pictures]) list.push(path);
        return [name, 'file'];
      }
      if (kind < 3) {
        const link = rng.pick(kind === 1 ? folders : files);
        const isTaken = link === outside || (link === files[0] && isPicture);
        reachesOut ||= !isUnseen && isTaken;
        return [name, { link }];
      }
      const isLocked = !isUnseen && rng.chance(0.1);
      if (isLocked) locked.push(path);
      if (!isUnseen) folders.push(path);
      return [name, grow(path, depth + 1, isUnseen || isLocked)];
    });
    return Object.fromEntries(entries);
  };
  return { tree: grow('', 0, false), pictures, locked, visible, reachesOut };
}

/** Does it as somebody who may not read everything, as root may. */
function asNobody(act: () => void): void {
  if (process.getuid?.() !== 0) return act();
  process.seteuid!(65534);
  try {
    act();
  } finally {
    process.seteuid!(0);
  }
}

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
