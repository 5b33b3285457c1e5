import { existsSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError, hashOf } from '@id3/core';
import {
  ARCFACE_TEMPLATE,
  applySimilarity,
  imageFolderSource,
  openDataset,
  templateFor,
  type FivePoints,
  type ImageSource,
  type Point,
} from '@id3/data';
import { selectEngine } from '@id3/engine';
import { ALIGNMENT_FILE, alignPhotos, alignment } from './align.ts';
import { chooseFace } from './choose.ts';
import { FindingsFile } from './findings.ts';
import { landmarksOf } from './landmarks.ts';
import { cropPhoto, squareAt, type Photo } from './photo.ts';

const fresh = () => mkdtempSync(join(tmpdir(), 'id3-photos-'));
/** Colours that change linearly, which bilinear samples and means keep exact. */
function ramp(width: number, height: number): Photo {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels.set([i % width, Math.floor(i / width), 7], 3 * i);
  return { pixels, width, height };
}

describe('crops', () => {
  it('show what the similarity points to', () => {
    const photo = ramp(200, 150);
    const turn = { a: 0.8, b: 0.3, tx: 60, ty: 20 };
    const crop = cropPhoto(photo, turn, 50);
    for (const [x, y] of [
      [0, 0],
      [49, 0],
      [10, 30],
      [49, 49],
    ] as Point[]) {
      const [u, v] = applySimilarity(turn, [x, y]);
      const at = (y * 50 + x) * 3;
      expect(Math.abs(crop[at] - u)).toBeLessThanOrEqual(0.51);
      expect(Math.abs(crop[at + 1] - v)).toBeLessThanOrEqual(0.51);
      expect(crop[at + 2]).toBe(7);
    }
  });
  it('are means where they shrink and have a border outside', () => {
    const crop = cropPhoto(ramp(200, 200), squareAt(0, 0, 200, 20), 20);
    expect(crop[0]).toBe(5); // pixels 0 to 9 have the mean 4.5
    expect(crop[19 * 3]).toBe(195);
    expect(cropPhoto(ramp(20, 20), squareAt(-40, 0, 20, 10), 10, 128)[0]).toBe(128);
  });
  it('bring landmarks to the template', () => {
    const landmarks = ARCFACE_TEMPLATE.map((p) =>
      applySimilarity({ a: 3 * Math.cos(0.3), b: 3 * Math.sin(0.3), tx: 400, ty: 90 }, p),
    );
    const toPhoto = alignment(landmarks, 112);
    templateFor(112).forEach((p, k) =>
      applySimilarity(toPhoto, p).forEach((v, c) => expect(v).toBeCloseTo(landmarks[k][c], 8)),
    );
  });
});

describe('the choice among faces', () => {
  const photo = { width: 100, height: 100 };
  const faces = [{ box: { x: 45, y: 45, size: 10 } }, { box: { x: 0, y: 0, size: 30 } }];
  it('follows the rule', () => {
    expect(chooseFace(faces, 'largest', photo)).toBe(1);
    expect(chooseFace(faces, 'central', photo)).toBe(0);
    expect(chooseFace(faces, 'only', photo)).toBeUndefined();
    expect(chooseFace(faces.slice(1), 'only', photo)).toBe(0);
    expect(chooseFace([], 'largest', photo)).toBeUndefined();
  });
});

describe('findings', () => {
  it('survive a kill in the middle of a line, and refuse other photos', () => {
    const folder = fresh();
    const file = FindingsFile.open(folder, 'a');
    file.add({ faces: 0 });
    file.add({ faces: 1, score: 0.9, landmarks: [[1, 2]] });
    const path = join(folder, 'findings.jsonl');
    truncateSync(path, readFileSync(path).length - 5);
    const again = FindingsFile.open(folder, 'a');
    expect(again.found).toEqual([{ faces: 0 }]);
    again.add({ faces: 2 });
    expect(FindingsFile.open(folder, 'a').found).toEqual([{ faces: 0 }, { faces: 2 }]);
    expect(() => FindingsFile.open(folder, 'b')).toThrow(UserError);
  });
});

describe('photos that cannot be read', () => {
  const source: ImageSource = {
    spec: { format: 'image-folder', source: '/photos' },
    count: 2,
    picture: (i) => `/photos/${i}.jpg`,
    record: () => ({ label: 0 }),
    nameOf: (i) => `/photos/${i}.jpg`,
  };
  const detector = { network: 'ssd', minConfidence: 0.3, scales: [0.5] } as const;
  const align = (photos: ImageSource, bad?: 'stop' | 'skip') => {
    const folder = fresh();
    const file = FindingsFile.open(folder, hashOf({ source: photos.spec, rule: 'largest', detector }));
    file.add({ faces: 0 });
    file.add({ unreadable: 'it is cut off' });
    return alignPhotos(photos, folder, { detector, bad });
  };
  it('end the alignment where pairs need them or --bad=stop says so', async () => {
    const refusal =
      '/photos/1.jpg cannot be read as a picture (it is cut off); mend it and align into another folder, or have such left out by --bad=skip.';
    await expect(align(source, 'stop')).rejects.toThrow(refusal);
    await expect(align({ ...source, pairs: [] })).rejects.toThrow(refusal);
    await expect(align(source)).rejects.toThrow(
      /No face was found in any of the 2 photos of \/photos; lower/,
    );
  });
});

const ORL = '/work/shared/faces/orl';
const here = existsSync(ORL);
if (!here) console.log(`skipped: ${ORL} is absent, so no real photo is aligned`);

describe.skipIf(!here)('real photos', () => {
  beforeAll(async () => void (await selectEngine('wasm')));
  const few = (source: ImageSource, count: number): ImageSource => ({ ...source, count });

  it('are aligned, counted and continued', async () => {
    const folder = fresh();
    const source = few(imageFolderSource(ORL), 3);
    const broken: ImageSource = {
      ...source,
      count: 4,
      picture: (i) => (i === 3 ? new Uint8Array([1, 2, 3]) : source.picture(i)),
    };
    const detector = { network: 'ssd', minConfidence: 0.3, scales: [0.5] } as const;
    let looked = 0;
    const run = () => alignPhotos(broken, folder, { detector, onPhotos: () => void looked++ });
    const { report } = await run();
    expect(report).toMatchObject({ photos: 4, one: 3, none: 0, unreadable: 1, kept: 3, central: 0 });
    expect(JSON.parse(readFileSync(join(folder, ALIGNMENT_FILE), 'utf8'))).toMatchObject({ kept: 3 });
    const dataset = openDataset(folder);
    expect([dataset.count, dataset.height, dataset.record(0).person]).toEqual([3, 112, 's1']);
    // The landmarks of a crop, found anew, lie near the template.
    const crops = Array.from({ length: 3 }, (_, i) => dataset.image(i));
    const found: FivePoints[] = await landmarksOf(crops, 112);
    for (const points of found)
      points.forEach(([x, y], k) =>
        expect(Math.hypot(x - ARCFACE_TEMPLATE[k][0], y - ARCFACE_TEMPLATE[k][1])).toBeLessThan(8),
      );
    expect(looked).toBe(4);
    expect((await run()).report).toEqual(report);
    expect(looked).toBe(4);
  });
});
