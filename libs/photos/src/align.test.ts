import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  ARCFACE_TEMPLATE,
  applySimilarity,
  imageFolderSource,
  openDataset,
  templateFor,
  unlabelledSource,
  type ImageSource,
  type Point,
} from '@id3/data';
import { ALIGNMENT_FILE, alignPhotos, alignment } from './align.ts';
import { chooseFace } from './choose.ts';
import { FindingsStore, photoKey } from './findings.ts';
import { LOOK } from './look.ts';
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
  const faces = [
    { place: { centre: [50, 50], size: 10, roll: 0 } },
    { place: { centre: [15, 15], size: 30, roll: 0 } },
  ] as const;
  it('follows the rule', () => {
    expect(chooseFace(faces, 'largest', photo)).toBe(1);
    expect(chooseFace(faces, 'central', photo)).toBe(0);
    expect(chooseFace(faces, 'only', photo)).toBeUndefined();
    expect(chooseFace(faces.slice(1), 'only', photo)).toBe(0);
    expect(chooseFace([], 'largest', photo)).toBeUndefined();
  });
});

/** Photos of nothing, as bytes, and where what was found in them is kept. */
function photosOfNothing(
  count: number,
  detector = { network: 'both', minConfidence: 0.3, scales: [0.5], doubt: 0.3 } as const,
) {
  const pictures = Array.from({ length: count }, (_, i) => new Uint8Array([1, 2, 3, i]));
  const source: ImageSource = {
    spec: { format: 'image-folder', source: '/photos' },
    count,
    picture: (i) => pictures[i],
    record: () => ({ label: 0 }),
    nameOf: (i) => `/photos/${i}.jpg`,
  };
  const findings = fresh();
  const store = FindingsStore.open(findings, { rule: 'largest', detector, look: LOOK });
  return { source, pictures, detector, findings, store };
}

describe('photos that cannot be read', () => {
  const align = (change: Partial<ImageSource>, bad?: 'stop' | 'skip') => {
    const { source, pictures, detector, findings, store } = photosOfNothing(2);
    store.add(photoKey(pictures[0]), { faces: 0 });
    store.add(photoKey(pictures[1]), { unreadable: 'it is cut off' });
    return alignPhotos({ ...source, ...change }, fresh(), { detector, bad, findings });
  };
  it('end the alignment where pairs need them or --bad=stop says so', async () => {
    const refusal =
      '/photos/1.jpg cannot be read as a picture (it is cut off); mend it and align into another folder, or have such left out by --bad=skip.';
    await expect(align({}, 'stop')).rejects.toThrow(refusal);
    await expect(align({ pairs: [] })).rejects.toThrow(refusal);
    await expect(align({})).rejects.toThrow(/No face was found in any of the 2 photos of \/photos; lower/);
  });
  it('are named too where their file is gone', async () => {
    const gone = { picture: () => join(fresh(), 'gone.jpg') };
    await expect(align(gone, 'stop')).rejects.toThrow(
      /^\/photos\/0.jpg cannot be read as a picture \(ENOENT/,
    );
  });
});

describe('landmarks that CFP gives', () => {
  it('are aligned by without a look at the photo', async () => {
    const data = join(fresh(), 'Data');
    for (const kind of ['Images', 'Fiducials'])
      mkdirSync(join(data, kind, '001', 'profile'), { recursive: true });
    // Red grows to the right and green downwards, so a crop's pixel tells where it lay.
    const { pixels } = ramp(200, 200);
    const path = join(data, 'Images/001/profile/01.png');
    await sharp(pixels, { raw: { width: 200, height: 200, channels: 3 } }).toFile(path);
    const points = Array.from({ length: 30 }, () => [100, 100]);
    // An eye, the nose's tip and a mouth's corner, counted from 1.
    for (let k = 12; k < 18; k++) points[k] = [61, 71];
    points[21] = [81, 96];
    points[25] = [66, 121];
    writeFileSync(join(data, 'Fiducials/001/profile/01.txt'), points.map((p) => `${p.join()}\n`).join(''));
    const source = unlabelledSource(join(data, 'Images'));
    const folder = fresh();
    const { report } = await alignPhotos(source, folder, { landmarks: 'cfp' });
    expect(report).toMatchObject({ photos: 1, one: 1, kept: 1 });
    expect(JSON.parse(readFileSync(join(folder, ALIGNMENT_FILE), 'utf8'))).toMatchObject({
      landmarks: 'cfp',
    });
    const crop = openDataset(folder).image(0);
    const seen = (x: number, y: number) => [...crop.subarray((y * 112 + x) * 3, (y * 112 + x) * 3 + 2)];
    const toPhoto = alignment(
      [
        [60, 70],
        [60, 70],
        [80, 95],
        [65, 120],
        [65, 120],
      ],
      112,
    );
    for (const [x, y] of [
      [50, 50],
      [60, 90],
    ] as Point[])
      applySimilarity(toPhoto, [x, y]).forEach((v, c) => expect(Math.abs(seen(x, y)[c] - v)).toBeLessThan(1));
  });
  it('are missed in a sentence', async () => {
    const { source } = photosOfNothing(1);
    await expect(alignPhotos(source, fresh(), { landmarks: 'cfp' })).rejects.toThrow(
      /does not lie in CFP's Data\/Images/,
    );
  });
});

const ORL = '/work/shared/faces/orl';
const here = existsSync(ORL);
if (!here) console.log(`skipped: ${ORL} is absent, so no real photo is aligned`);

describe.skipIf(!here)('real photos', () => {
  const few = (source: ImageSource, count: number): ImageSource => ({ ...source, count });

  it('are aligned, counted, and looked at once for all datasets', async () => {
    const parent = fresh();
    const source = few(imageFolderSource(ORL), 3);
    const broken: ImageSource = {
      ...source,
      count: 4,
      picture: (i) => (i === 3 ? new Uint8Array([1, 2, 3]) : source.picture(i)),
    };
    let looked = 0;
    const run = (name: string, photos = broken) =>
      alignPhotos(photos, join(parent, name), { workers: 1, onPhotos: () => void looked++ });
    const { report } = await run('a');
    expect(report).toMatchObject({ photos: 4, one: 3, none: 0, unreadable: 1, kept: 3, central: 0 });
    expect(JSON.parse(readFileSync(join(parent, 'a', ALIGNMENT_FILE), 'utf8'))).toMatchObject({ kept: 3 });
    const dataset = openDataset(join(parent, 'a'));
    expect([dataset.count, dataset.height, dataset.record(0).person]).toEqual([3, 112, 's1']);
    expect(Math.abs(dataset.record(0).yaw!)).toBeLessThan(30);
    expect(looked).toBe(4);
    expect((await run('a')).report).toEqual(report);
    // Another dataset of the same photos.
    await run('b', few(broken, 2));
    expect(looked).toBe(4);
    expect(openDataset(join(parent, 'b')).image(1)).toEqual(dataset.image(1));
  });
});
