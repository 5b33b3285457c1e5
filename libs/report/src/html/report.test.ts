import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { openDatabase, openReader } from '@id3/tracking';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestedTable } from '../export.ts';
import { tableTexts } from '../formats/texts.ts';
import { readReport } from './data.ts';
import { escaped } from './markup.ts';
import { BEGINNING } from './page.ts';
import { exportReport, htmlReport, MAX_BYTES } from './report.ts';
import { cellsOf, pngOf, reportedExperiment, reportIn, structureOf } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-html-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a report', () => {
  it('has the numbers of the table, the curves, the measures, the faces, the config and the commands', () => {
    const run = reportedExperiment(folder);
    const text = reportIn(folder);
    const reader = openReader(join(folder, 'tracking.sqlite'));
    const [accuracies, differences] = tableTexts(requestedTable(reader, {}));
    reader.close();
    expect(cellsOf(text, 'accuracies')).toEqual(accuracies.rows);
    expect(cellsOf(text, 'differences')).toEqual(differences.rows);
    // (0.8 + 0.9 + 0.7 + 0.8) / 4
    expect(cellsOf(text, 'accuracies')[1].join(' ')).toMatch(/^row full 80\.00 ± /);
    expect(cellsOf(text, 'measures')).toEqual([
      ['dataset measures', 'between identities', 'Fréchet'],
      ...['full', 'lb-2', 'lb-6', 'ceiling'].map((name) => [`row ${name}`, '0.000', '0.250']),
    ]);
    expect(text).toContain('<h2>Over generation.lb</h2>');
    expect(text).toMatch(/<img\s+src="data:image\/png;base64,[\w+/=]+"\s+width="4"\s+height="3"/);
    expect(cellsOf(text, 'config')).toEqual([
      ['field', 'value'],
      ['field', 'value'],
      ['generation.lb', '0.4'],
    ]);
    expect(cellsOf(text, 'changes')).toEqual([
      ['row', 'field', 'config', 'row’s value'],
      ['row lb-2', 'generation.lb', '0.4', '0.2'],
      ['row lb-6', 'generation.lb', '0.4', '0.6'],
    ]);
    expect(text).toContain('npx nx run experiments:ablation</pre>');
    expect(text).toContain(`npx nx run tools:export-report --run=${run}</pre>`);
    expect(cellsOf(text, 'makers').slice(1).map(([stage, runs]) => [stage, runs])).toEqual([['sample-grid', '1']]); // prettier-ignore
    expect(text).toContain('Nobody was left out.');
  });

  it('is the same bytes for the same data, whichever way its run is named', () => {
    const run = reportedExperiment(folder);
    const reader = openReader(join(folder, 'tracking.sqlite'));
    const files = [{}, { run: String(run) }, { experiment: 'the experiment' }].map((request) =>
      exportReport(reader, request),
    );
    reader.close();
    expect(files[0].name).toBe(`report-${run}.html`);
    expect(files[0].text.startsWith(BEGINNING)).toBe(true);
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
  });

  it('is of what is asked for, and says how to make it so again', () => {
    const run = reportedExperiment(folder);
    const text = reportIn(folder, { baseline: 'lb-2', seeds: '1', benchmarks: 'rendered-lfw' });
    expect(cellsOf(text, 'differences')[0][0]).toBe('difference to row lb-2 in points, ± 95 % CI');
    expect(cellsOf(text, 'accuracies')[1].join(' ')).toMatch(/^row full 75\.00 ± /);
    expect(text).toContain(
      `tools:export-report --run=${run} --baseline=lb-2 --benchmarks=rendered-lfw --seeds=1</pre>`,
    );
  });

  it.each([
    [{ run: '99' }, 'There is no table of run 99; there is the experiment (run 1).'],
    [{ experiment: 'x' }, 'There is no table of experiment "x"; there is the experiment (run 1).'],
    [{ run: '1.5' }, 'The run is "1.5"; expected a whole number.'],
    [{ seeds: '9' }, 'There is no seed "9" in this table; choose from 0, 1.'],
    [{ benchmarks: 'lfw' }, 'There is no benchmark "lfw" in this table; choose from rendered-lfw.'],
    [
      { baseline: 'none' },
      'There is no variant "none" in this table; choose from full, lb-2, lb-6, ceiling.',
    ],
  ])('of %j is refused in a sentence', (request, sentence) => {
    reportedExperiment(folder);
    expect(() => reportIn(folder, request)).toThrow(new UserError(sentence));
  });

  it('of a run without results is refused in a sentence', () => {
    const database = openDatabase(join(folder, 'tracking.sqlite'));
    const run = database.initRun({ experiment: 'e', name: 'ablation', config: {} });
    run.variants([{ name: 'full', title: 'ID³', config: {} }]);
    database.close();
    expect(() => reportIn(folder)).toThrow(
      `Run ${run.id} of e has no results yet; there is a report as soon as one recogniser is verified.`,
    );
  });
});

describe('a report needs nothing but itself', () => {
  it('names no address that a browser would load, and has no script', () => {
    reportedExperiment(folder);
    const text = reportIn(folder);
    const [, style] = /<style>([^]*?)<\/style>/.exec(text)!;
    const addresses = [...text.matchAll(/\s(?:src|href|srcset|data|poster|action|xlink:href)="([^"]*)"/g)];
    expect(addresses.map(([, address]) => address.split(',')[0]).sort()).toEqual([
      'data:',
      'data:image/png;base64',
    ]);
    expect(style).not.toMatch(/url\(|@import|image-set|src:/);
    const names = new Set(structureOf(text).flatMap((one) => one.split(' ')));
    for (const name of ['script', 'iframe', 'object', 'embed', 'base', 'form', 'video', 'audio', 'style='])
      expect(names).not.toContain(name);
    for (const name of names) expect(name).not.toMatch(/^on/i);
  });

  it('has a policy that allows its one style and pictures within it, nothing else', () => {
    reportedExperiment(folder);
    const text = reportIn(folder);
    const styles = [...text.matchAll(/<style>([^]*?)<\/style>/g)].map(([, style]) => style);
    const digest = createHash('sha256').update(styles[0]).digest('base64');
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)!;
    expect(styles).toHaveLength(1);
    expect(structureOf(text).filter((one) => / style( |$)/.test(one))).toEqual([]);
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    // A policy in a page holds from where it stands.
    expect(text.indexOf('http-equiv')).toBeLessThan(text.indexOf('<style>'));
  });

  it.each([
    '</script><script>alert(1)</script>',
    '</style></title><img src=x onerror=alert(1)>',
    `" onmouseover="alert(1)" ' onfocus='alert(1)`,
    '--> <!-- ]]> &lt;b&gt; &',
    '$& $1 ${x} `',
  ])('whatever is in its names: %s', (evil) => {
    const plain = mkdtempSync(join(tmpdir(), 'id3-html-'));
    reportedExperiment(plain);
    reportedExperiment(folder, {
      naming: (name) => (name === 'grid' ? name : `${name}${evil}`),
    });
    const [ours, theirs] = [reportIn(plain), reportIn(folder)];
    rmSync(plain, { recursive: true });
    expect(theirs).toContain(`<h1>${escaped(`the experiment${evil}`)}</h1>`);
    expect(cellsOf(theirs, 'accuracies')[1][0]).toBe(`row full${evil}`);
    expect(cellsOf(theirs, 'config')[1]).toEqual([`field${evil}`, `value${evil}`]);
    // Lines of a chart's titles are more where names are longer.
    const known = (html: string) => structureOf(html).filter((one) => !/^\/?tspan/.test(one));
    expect(known(theirs)).toEqual(known(ours));
  });
});

describe('a report is never longer than it may be', () => {
  const read = () => {
    const reader = openReader(join(folder, 'tracking.sqlite'));
    const data = readReport(reader, {}, MAX_BYTES);
    reader.close();
    return data;
  };

  it('of any limit: what has no room is left out and named, or a sentence says that there is too little', () => {
    reportedExperiment(folder, { pictures: { full: pngOf(9000), 'lb-2': pngOf(3000) } });
    const data = read();
    const whole = Buffer.byteLength(htmlReport(data));
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: whole + 1000 }), (limit) => {
        let text: string;
        try {
          text = htmlReport(data, limit);
        } catch (error) {
          expect((error as Error).message).toMatch(
            /^The tables of run 1 alone are longer than the [\d.]+ MB/,
          );
          return;
        }
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
        const named = /<h2>Left out<\/h2>[^]*/.exec(text)?.[0] ?? '';
        for (const [part, name] of [
          ['<h2>Intervals</h2>', 'the chart of intervals'],
          ['<h2>Over generation.lb</h2>', 'the curve over generation.lb'],
          ['<h2>Config</h2>', 'the config'],
          [`${pngOf(9000).toString('base64')}"`, 'the faces of row full (grid-0.png)'],
          [`${pngOf(3000).toString('base64')}"`, 'the faces of row lb-2 (grid-1.png)'],
        ])
          expect([name, text.includes(part)]).toEqual([name, !named.includes(name)]);
      }),
      { numRuns: 60 },
    );
    expect(htmlReport(data)).not.toContain('Left out');
  });

  it('of pictures that are gone, none, too large or elsewhere it says so', () => {
    const pictures = {
      full: pngOf(500),
      'lb-2': Buffer.from('<svg onload="alert(1)"/>'),
      'lb-6': pngOf(MAX_BYTES + 1),
      ceiling: pngOf(600),
    };
    reportedExperiment(folder, { pictures });
    const outside = mkdtempSync(join(tmpdir(), 'id3-html-'));
    writeFileSync(join(outside, 'secret.png'), pngOf(700));
    unlinkSync(join(folder, 'grid-0.png'));
    symlinkSync(join(outside, 'secret.png'), join(folder, 'grid-0.png'));
    unlinkSync(join(folder, 'grid-3.png'));
    const text = reportIn(folder);
    rmSync(outside, { recursive: true });
    expect(text).not.toContain('<img');
    expect(text).not.toContain('<h2>Faces</h2>');
    for (const [k, name] of Object.keys(pictures).entries())
      expect(text).toContain(`<li>the faces of row ${name} (grid-${k}.png)</li>`);
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_BYTES);
  });
});
