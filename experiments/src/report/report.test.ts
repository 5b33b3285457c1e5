import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chartPng } from './chart.ts';
import { csvTable, markdownReport, terminalReport } from './format.ts';
import { gridPng } from './grid.ts';
import { measuresCsv, type MeasuredRow } from './measures.ts';
import { AVERAGE, tabulate } from './results.ts';

// One seed, so the intervals are the textbook's t intervals over folds.
const full = [[0.8, 0.9, 1.0]];
const other = [[0.7, 0.75, 0.8]];
const table = tabulate([
  { name: 'full', title: 'ID³', cells: { 'rendered-lfw': full, [AVERAGE]: full } },
  { name: 'floor', title: 'floor', cells: { 'rendered-lfw': other, [AVERAGE]: other } },
]);

const measured: MeasuredRow[] = [
  {
    name: 'full',
    title: 'ID³',
    values: {
      'interClass.mean': 0.01234,
      'interClass.shareAbove': 0.005,
      'toAsked.mean': 0.5,
      frechet: 0.25,
    },
  },
  { name: 'floor', title: 'floor', values: { 'interClass.mean': -0.1, featureDistance: 1 } },
];

describe('the table', () => {
  it('has the numbers worked out by hand', () => {
    // mean 0.9, s = 0.1, t(0.975; 2) = 4.302653: 4.302653·0.1/√3 = 0.248414
    const accuracy = table.rows[0].results['rendered-lfw'].accuracy;
    expect(accuracy.mean).toBeCloseTo(0.9, 12);
    expect(accuracy.halfWidth).toBeCloseTo(0.248414, 6);
    expect(table.rows[0].results['rendered-lfw'].versusFull).toBeUndefined();
    // differences -0.1, -0.15, -0.2: mean -0.15, s = 0.05, t = -0.15/(0.05/√3) = -5.196152,
    // and with two degrees of freedom p = 1 - |t|/√(t²+2) = 1 - √(27/29)
    const { difference, p, pHolm } = table.rows[1].results['rendered-lfw'].versusFull!;
    expect(difference.mean).toBeCloseTo(-0.15, 12);
    expect(difference.halfWidth).toBeCloseTo(0.124207, 6);
    expect(p).toBeCloseTo(1 - Math.sqrt(27 / 29), 9);
    expect(pHolm).toBe(p);
  });

  it('is written for the terminal', () => {
    expect(terminalReport(table, measured).split('\n').slice(0, 8)).toEqual([
      'accuracy in %, mean ± 95 % CI   rendered-lfw        average',
      '───────────────────────────────────────────────────────────',
      'ID³                            90.00 ± 24.84  90.00 ± 24.84',
      'floor                          75.00 ± 12.42  75.00 ± 12.42',
      '',
      'difference to ID³ in points  rendered-lfw  average',
      '──────────────────────────────────────────────────',
      'floor                             −15.00*  −15.00*',
    ]);
  });

  it('is written in Markdown and CSV', () => {
    const markdown = markdownReport(table, measured);
    expect(markdown).toContain('| floor | 75.00 ± 12.42 | 75.00 ± 12.42 |\n');
    expect(markdown).toContain('| floor | −15.00* | −15.00* |\n');
    expect(markdown).toContain('Over 1 seed(s) and 3 folds.');
    const csv = csvTable(table).split('\n');
    expect(csv).toHaveLength(6);
    expect(csv[1]).toMatch(/^full,rendered-lfw,1,3,0\.9\d*,0\.2484\d+,,,,$/);
    expect(csv[3]).toMatch(
      /^floor,rendered-lfw,1,3,0\.75\d*,0\.1242\d+,-0\.1[45]\d*,0\.1242\d+,0\.035\d+,0\.035\d+$/,
    );
  });

  it('without the full row has no differences', () => {
    const alone = tabulate([{ name: 'floor', title: 'floor', cells: { 'rendered-lfw': other } }]);
    expect(terminalReport(alone, measured)).not.toContain('difference to');
  });
});

describe('the dataset measures', () => {
  it('follow the results, a dash for what a row does not have', () => {
    expect(markdownReport(table, measured)).toContain(
      '| ID³ | 0.012 | 0.50 % | 0.500 | – | – | 0.250 |\n| floor | -0.100 | – | – | – | 1.000 | – |\n',
    );
    expect(terminalReport(table, measured)).toMatch(/^ID³ +0\.012 +0\.50 % +0\.500 +– +– +0\.250$/m);
  });

  it('are written unrounded', () => {
    expect(measuresCsv(measured).split('\n')).toEqual([
      'variant,featureDistance,frechet,interClass.mean,interClass.shareAbove,toAsked.mean',
      'full,,0.25,0.01234,0.005,0.5',
      'floor,1,,-0.1,,',
      '',
    ]);
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
