import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { DatasetWriter } from '@id3/data';
import { NoArtefact } from '@id3/tracking';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facesUrl } from '../components/face.ts';
import { MAX_FACES } from '../components/face.ts';
import { parseSpriteRequest, renderSprite, spriteTag } from './sprites.ts';

const SIZE = 8;
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'id3-sprites-'));
  const writer = DatasetWriter.open(join(root, 'generate', 'abc'), {
    kind: 'generated',
    spec: {},
    height: SIZE,
    width: SIZE,
    count: 5,
    imagesPerShard: 2,
  });
  // Image i is of one grey.
  for (let k = 0; k < writer.shards; k++) {
    const [from, to] = writer.shardRange(k);
    writer.writeShard(k, {
      images: Uint8Array.from({ length: (to - from) * SIZE * SIZE * 3 }, (_, b) =>
        grey(from + Math.floor(b / (SIZE * SIZE * 3))),
      ),
      records: Array.from({ length: to - from }, (_, b) => ({ label: from + b })),
    });
  }
  writer.finish();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const grey = (i: number) => 20 + 50 * i;

const request = (i: string, side = '16') =>
  parseSpriteRequest('generate/abc', new URLSearchParams({ i, side }));

describe('a sprite', () => {
  it('holds the faces asked for, from left to right, in the size asked for', async () => {
    const { data, info } = await sharp(await renderSprite(root, request('4,0,3')!))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([48, 16]);
    [4, 0, 3].forEach((i, k) => {
      const centre = data[(8 * 48 + k * 16 + 8) * info.channels];
      expect(Math.abs(centre - grey(i))).toBeLessThan(4);
    });
  });

  it('is named by a tag of its contents, and by an address that is read back', () => {
    const tag = spriteTag(root, request('1,2')!);
    expect(tag).toMatch(/^"[\da-f]{16}"$/);
    expect(spriteTag(root, request('1,2')!)).toBe(tag);
    for (const other of [request('2,1')!, request('1,2', '32')!])
      expect(spriteTag(root, other)).not.toBe(tag);
    const url = new URL(facesUrl('generate/abc', [1, 2], 16), 'http://127.0.0.1');
    expect(parseSpriteRequest('generate/abc', url.searchParams)).toEqual(request('1,2'));
  });

  it.each([
    '',
    'a',
    '-1',
    '1.5',
    '1,,2',
    '1;2',
    '1'.repeat(12),
    Array(MAX_FACES + 1)
      .fill(1)
      .join(','),
  ])('is not asked for by %j', (i) => expect(request(i)).toBeUndefined());
  it.each(['0', '7', '257', '1e9', 'NaN', ''])('has no side of %j', (side) =>
    expect(request('1', side)).toBeUndefined(),
  );

  it('refuses faces that are not there and folders outside the root', async () => {
    await expect(renderSprite(root, request('5')!)).rejects.toThrow(UserError);
    const outside = parseSpriteRequest('../abc', new URLSearchParams({ i: '1' }))!;
    await expect(renderSprite(root, outside)).rejects.toThrow(NoArtefact);
    expect(() => spriteTag(root, outside)).toThrow(NoArtefact);
  });
});
