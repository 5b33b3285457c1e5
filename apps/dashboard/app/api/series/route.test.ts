import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@id3/tracking';
import { afterAll, expect, it, vi } from 'vitest';
import type { SeriesAnswer } from '../../../server/series.ts';
import { GET } from './route.ts';

afterAll(() => vi.unstubAllEnvs());

it('gives the curve of a metric whatever its name, with gaps where it is no finite number', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'id3-series-')), 'tracking.sqlite');
  const name = 'top-1, top-5 & "x"';
  const database = openDatabase(path);
  const run = database.initRun({ experiment: 'e', name: 'r', stage: 's', config: {} });
  [1, NaN, Infinity, 2].forEach((value, step) => run.log(step, { [name]: value, loss: step }));
  run.finish();
  database.close();
  vi.stubEnv('ID3_DATABASE', path);
  const url = `http://x/api/series?runs=${run.id}&key=${encodeURIComponent(name)}&key=loss`;
  const { series } = (await GET(new Request(url)).json()) as SeriesAnswer;
  expect(
    series.map(({ key, points, steps, notFinite }) => [key, points.map(([, y]) => y), steps, notFinite]),
  ).toEqual([
    [name, [1, null, null, 2], 4, 2],
    ['loss', [0, 1, 2, 3], 4, 0],
  ]);
});
