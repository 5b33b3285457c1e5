import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { errorsOf, faultsOf } from './faults.ts';
import { run, startDashboard, type Server } from './processes.ts';

let folder: string;
let server: Server;
let browser: Browser;
const database = join(inject('smoke'), 'tracking.sqlite');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'id3-report-'));
  server = await startDashboard(database);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The report that the button beside a table sends, as a file. */
async function downloaded(query: string): Promise<string> {
  const page = await browser.newPage();
  await page.goto(`${server.url}/ablation?${query}`);
  const link = page.getByRole('link', { name: 'Report', exact: true });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const file = join(folder, download.suggestedFilename());
  copyFileSync(await download.path(), file);
  await page.close();
  return file;
}

describe("the button's report", () => {
  it.each(['', 'baseline=random-anchors&seeds=2&benchmarks=rendered-agedb'])(
    'of the table of "%s" is that of the command line byte for byte',
    async (query) => {
      const file = await downloaded(query);
      const out = join(folder, 'typed.html');
      const choices = [...new URLSearchParams(query)].map(([name, value]) => `--${name}=${value}`);
      await run('export-report', [`--database=${database}`, `--out=${out}`, ...choices]);
      expect(file).toMatch(/report-\d+\.html$/);
      expect(readFileSync(out).equals(readFileSync(file))).toBe(true);
      expect(statSync(file).size).toBeLessThanOrEqual(5_000_000);
    },
  );

  it('opens from the disk with its style, faces and charts, without an error or a request', async () => {
    const url = pathToFileURL(await downloaded('')).href;
    const page = await browser.newPage();
    const errors = errorsOf(page);
    const requests = requestsOf(page);
    await page.goto(url);
    await page.waitForTimeout(500);
    expect(errors).toEqual([]);
    expect(requests.filter((one) => !one.startsWith('data:'))).toEqual([url]);
    expect(await page.title()).toMatch(/^ablation-smoke: report of run \d+$/);
    for (const heading of ['Main findings', 'Accuracy', 'Intervals', 'Faces', 'How to reproduce it'])
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    const weight = await page
      .locator('td.best')
      .first()
      .evaluate((one) => getComputedStyle(one).fontWeight);
    expect(weight).toBe('700');
    const widths = await page
      .locator('img')
      .evaluateAll((all) => (all as HTMLImageElement[]).map((image) => image.naturalWidth));
    expect(widths.length).toBeGreaterThan(0);
    expect(Math.min(...widths)).toBeGreaterThan(0);
    // Its policy holds: what somebody puts into it does not run.
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.evil = 1';
      document.body.append(script);
    });
    expect(await page.evaluate(() => (window as { evil?: number }).evil)).toBeUndefined();
    await page.close();
  });

  it('is accessible and no wider than the window, in both themes, on a screen, a phone and paper', async () => {
    const url = pathToFileURL(await downloaded('')).href;
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 390]) {
        // axe is our script, not the page's: the policy need not let it in.
        const viewport = { width, height: 900 };
        const context = await browser.newContext({ colorScheme, viewport, bypassCSP: true });
        const page = await context.newPage();
        await page.goto(url);
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect([colorScheme, width, await faultsOf(page)]).toEqual([colorScheme, width, []]);
        await context.close();
      }
    const page = await browser.newPage();
    await page.goto(url);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(paper).toBe('rgb(255, 255, 255)');
    // What a screen opens on a click, paper shows.
    expect(await page.getByText('diffusion.training.steps').first().isVisible()).toBe(true);
    await page.close();
  });
});

/** The addresses that a page asks for, from now on. */
function requestsOf(page: Page): readonly string[] {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  return requests;
}
