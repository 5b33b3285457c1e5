import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dot } from '@id3/core';
import { selectFailingEngine } from '@id3/engine/testing';
import { samplerKinds } from '@id3/model';
import { SAMPLER_KINDS, StudioProcess, type FaceEvent, type FaceRequest } from '@id3/studio-client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorAt, identityOf, newAnchor } from './identity.ts';
import { makeFace } from './make-face.ts';
import { STUDIO_ENTRY } from './measure.ts';
import { Studio } from './studio.ts';

const D = 24;
const anchorOf = (words: string) => newAnchor(Number(words.slice('new:'.length)), D);
const model = 'committed/quick-diffusion-full';

it('knows the samplers of the model', () => expect(SAMPLER_KINDS).toEqual(samplerKinds));

describe('an identity', () => {
  const cosine = (a: Float32Array, b: Float32Array) => dot(a, b);

  it('lies at the asked share of the arc', () => {
    const [a, b] = [anchorOf('new:3'), anchorOf('new:4')];
    const angle = Math.acos(cosine(a, b));
    for (const t of [0, 0.25, 0.5, 1]) {
      const y = identityOf({ model, from: 'new:3', to: 'new:4', t }, anchorOf);
      expect(cosine(y, a)).toBeCloseTo(Math.cos(t * angle), 5);
      expect(cosine(y, b)).toBeCloseTo(Math.cos((1 - t) * angle), 5);
    }
  });

  it('lies at exactly the asked cosine, in a direction of its seed', () => {
    const w = anchorOf('new:3');
    for (const c of [-1, -0.3, 0, 0.8, 1]) {
      const y = identityOf({ model, from: 'new:3', c, direction: 5 }, anchorOf);
      expect(Math.abs(cosine(y, w) - c)).toBeLessThan(1e-6);
    }
    const away = (direction: number) => identityOf({ model, from: 'new:3', c: 0, direction }, anchorOf);
    expect(away(1)).toEqual(away(1));
    expect(Math.abs(cosine(away(1), away(2)))).toBeLessThan(0.9);
  });

  it('of a set is refused where there is none of its number', () => {
    const anchors = new Float32Array(3 * D);
    expect(() => anchorAt(anchors, D, 3, 'generate/x')).toThrow(
      'generate/x has no identity 3; it has 0 to 2.',
    );
  });
});

describe('the studio over the committed weights', () => {
  const folder = mkdtempSync(join(tmpdir(), 'id3-studio-'));
  const database = join(folder, 'tracking.sqlite');
  let studio: StudioProcess;
  beforeAll(() => void (studio = new StudioProcess({ entry: STUDIO_ENTRY, database })));
  afterAll(async () => {
    await studio.stop();
    rmSync(folder, { recursive: true });
  });
  const make = (request: Partial<FaceRequest>) => studio.faces('test', { model, ...request });

  it('offers them without a database', async () => {
    const models = await studio.models();
    expect(models.map(({ id }) => id)).toEqual([model, 'committed/quick-diffusion-no-id-loss']);
    expect(models[0]).toMatchObject({ size: 32, judged: true, fitted: true, sets: [] });
  });

  it('makes of one request the same bytes, also in another process and by the command', async () => {
    const request: Partial<FaceRequest> = { from: 'new:5', age: 30, row: 'yaw' };
    const first = await make(request);
    expect(first.faces).toHaveLength(8);
    await make({ from: 'new:6' });
    const second = await make(request);
    await studio.stop();
    const third = await make(request);
    const out = join(folder, 'face.png');
    await makeFace({ model, from: 'new:5', age: '30', row: 'yaw' }, { out, database });
    for (const { strip, faces } of [second, third]) {
      expect(Buffer.from(strip.png).equals(Buffer.from(first.strip.png))).toBe(true);
      expect(faces).toEqual(first.faces);
    }
    expect(readFileSync(out).equals(Buffer.from(first.strip.png))).toBe(true);
    expect(await sharp(first.strip.png).metadata()).toMatchObject({ width: 8 * 128, height: 128 });
  });

  it('makes the identity that was asked for, and g sees the portrait in the portrait', async () => {
    const [own] = (await make({ from: 'new:5' })).faces;
    expect(own.cosine).toBeGreaterThan(0.6);
    expect(own.judged).toBeCloseTo(1, 4);
    const row = (await make({ from: 'new:5', row: 'c' })).faces;
    expect(row.map(({ c }) => c)[7]).toBe(0);
    // Another person in the end.
    expect(row[7].judged!).toBeLessThan(row[0].judged! - 0.2);
  });

  it('shows the faces of another identity before its portrait is made, and never twice', async () => {
    /** What was heard of finished faces; x̂0 on the way comes before, where the machine is slow. */
    const finished = async (request: Partial<FaceRequest>) => {
      const heard: FaceEvent[] = [];
      await studio.faces('test', { model, ...request }, { hear: (event) => void heard.push(event) });
      return heard.filter((event) => event.kind === 'faces' || event.step === event.steps);
    };
    const [early, last, ...more] = await finished({ from: 'new:77', age: 30 });
    expect([early.kind, last.kind, more.length]).toEqual(['preview', 'faces', 0]);
    expect(Buffer.from(early.strip.png).equals(Buffer.from(last.strip.png))).toBe(true);
    expect((await finished({ from: 'new:77', age: 50 })).map(({ kind }) => kind)).toEqual(['faces']);
  });

  it('shows x̂0 on the way where it takes long', async () => {
    const previews: number[] = [];
    await studio.faces(
      'test',
      { model, row: 'age', steps: 60 },
      { hear: (event) => void (event.kind === 'preview' && previews.push(event.step)) },
    );
    expect(previews.length).toBeGreaterThan(0);
    expect(previews).toEqual([...previews].sort((a, b) => a - b));
  });

  it('says in a sentence that the graphics device failed, and how to go on', async () => {
    const heal = await selectFailingEngine((run) => run > 3);
    const faces = new Studio(database).faces({ model });
    await expect(faces).rejects.toThrow(
      "ONNX Runtime's cuda: the device was lost; nothing that the host holds is gone. " +
        'Nothing is lost: run the same command again, with ID3_ENGINE=onnx to compute on the CPU.',
    );
    heal();
  });

  it.each<[string, Partial<FaceRequest>, string]>([
    [
      'unknown',
      { model: 'committed/none' },
      'There is no model committed/none here; choose one of the list.',
    ],
    [
      'unknown',
      { from: 'generate/0123456789abcdef:1' },
      'There is no set of identities generate/0123456789abcdef',
    ],
    ['refused', { row: 't' }, 'A row across t leads to a second identity; choose one (to).'],
  ])('refuses in a sentence: %s %j', async (kind, request, message) => {
    await expect(make(request)).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });
});
