import { tabulate, type MeasuredRow } from '@id3/report';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chartPng } from '../pictures/chart.ts';
import { markdownReport, terminalReport } from './format.ts';
import { gridPng } from '../pictures/grid.ts';

const variant = (name: string, title: string, folds: number[]) => ({
  name,
  title,
  config: {},
  replicates: [
    { generator: 1, dataset: 1, seed: 1, run: 1, folds: { 'rendered-lfw': folds, 'rendered-calfw': folds } },
  ],
});

const table = tabulate([
  variant('full', 'ID³', [0.8, 0.9, 1.0]),
  variant('floor', 'floor', [0.7, 0.75, 0.8]),
]);

const measured: MeasuredRow[] = [
  {
    name: 'full',
    title: 'ID³',
    values: {
      'interClass.mean': 0.01234,
      'interClass.shareAbove': 0.005,
      frechet: 0.25,
      'asAsked.yaw': 0.93,
    },
  },
  { name: 'floor', title: 'floor', values: { featureDistance: 1 } },
];

describe('the report', () => {
  it('has the dataset measures after the results', () => {
    expect(markdownReport(table, measured)).toMatch(
      /\| floor \| −15\.00 ± 12\.42 .*\n\nOver 3 folds[^]*\| ID³ \| 0\.012 \| 0\.50 % \| – \| – \| – \| 0\.250 \|(?: – \|){6} 0\.930 \| – \|\n/,
    );
    expect(terminalReport(table, measured)).toMatch(
      /^ID³ +0\.012 +0\.50 % +– +– +– +0\.250(?: +–){6} +0\.930 +–$/m,
    );
  });
});

describe('the chart', () => {
  it.each([1, 2])('has a row for each variant, also with %s column(s)', async (count) => {
    const columns = table.columns.slice(0, count);
    const { width, height } = await sharp(await chartPng({ ...table, columns })).metadata();
    expect([width, height]).toEqual([270 + 140 * count, 34 + 2 * 46 + 40]);
  });

  it('puts a filled dot of the accent colour at the mean of the full row', async () => {
    const png = sharp(await chartPng(table));
    const { data, info } = await png.raw().toBuffer({ resolveWithObject: true });
    // 90 % on a scale from 45 to 100 over 112 pixels
    const x = Math.round(270 + 14 + (45 / 55) * 112);
    const start = ((34 + 31) * info.width + x) * info.channels;
    expect([...data.subarray(start, start + 3)]).toEqual([0x25, 0x63, 0xeb]);
  });
});

describe('the sample grid', () => {
  it('puts every image where its row and column say', async () => {
    const size = 8;
    const plain = (r: number, g: number, b: number) =>
      Uint8Array.from({ length: size * size * 3 }, (_, k) => [r, g, b][k % 3]);
    const png = await gridPng(
      {
        columns: ['−45°', '0°', '45°'],
        rows: [
          { label: 'identity 1', images: [plain(255, 0, 0), plain(0, 255, 0), plain(0, 0, 255)] },
          { label: 'identity 2', images: [plain(0, 0, 0), plain(9, 9, 9), plain(200, 100, 50)] },
        ],
        size,
      },
      40,
    );
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([96 + 3 * 44, 28 + 2 * 44]);
    const at = (x: number, y: number) => {
      const start = (y * info.width + x) * info.channels;
      return [...data.subarray(start, start + 3)];
    };
    expect(at(96 + 20, 28 + 20)).toEqual([255, 0, 0]);
    expect(at(96 + 2 * 44 + 20, 28 + 44 + 20)).toEqual([200, 100, 50]);
    // dark pixels of the first row's label
    const label = Array.from({ length: 96 * 40 }, (_, k) => at(k % 96, 28 + Math.floor(k / 96))[0]);
    expect(label.filter((value) => value < 128).length).toBeGreaterThan(20);
  });
});
