import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { killGroup, startDashboard, startSmoke, type Server } from './processes.ts';

const patient = { timeout: 180_000, interval: 200 };

/** From before its first run until its death; what changes on a page must do so without a reload. */
describe.sequential('an experiment that is watched', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let experiment: ChildProcess | undefined;
  const status = (name: string) => page.locator(`.status[data-status=${name}]`);
  /** A reload would take the mark away. */
  const mark = () => page.evaluate(() => void ((window as { marked?: boolean }).marked = true));
  const isMarked = () => page.evaluate(() => (window as { marked?: boolean }).marked === true);
  const runs = async () => Number(/^\d+/.exec(await page.locator('header [aria-live]').innerText())?.[0]);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'id3-live-'));
    server = await startDashboard(join(folder, 'tracking.sqlite'));
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 300 } });
    page.setDefaultTimeout(patient.timeout);
  });
  afterAll(async () => {
    if (experiment !== undefined) killGroup(experiment);
    await browser?.close();
    server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is asked for where there is no database', async () => {
    await page.goto(`${server.url}/runs`);
    expect(await page.locator('h1').innerText()).toBe('No runs yet');
    expect(await page.locator('main').innerText()).toContain('npx nx run experiments:smoke');
  });

  it('appears, and its stages as they start', async () => {
    await mark();
    experiment = startSmoke(folder);
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    await status('running').first().waitFor();
    await expect.poll(runs, patient).toBeGreaterThan(10);
    expect(await isMarked()).toBe(true);
  });

  it('stands on the first page, with its progress and its rows', async () => {
    await page.goto(server.url);
    const card = page.getByRole('listitem').filter({ hasText: 'ablation-smoke' });
    await card.locator('.status[data-status=running]').waitFor();
    expect(await card.locator('.numbers').innerText()).toMatch(/Rows done\s*\d+ of \d+/);
    expect(await card.getByRole('progressbar').count()).toBe(1);
  });

  it('takes nothing from who looks at it: ticks, what is typed, where it is scrolled to', async () => {
    const [tick, filter, table] = [
      page.getByRole('checkbox', { name: 'Compare run 1', exact: true }),
      page.getByRole('combobox', { name: 'Filter' }),
      page.getByRole('region', { name: 'Runs, scrollable' }),
    ];
    await page.goto(`${server.url}/runs?sort=id`);
    await mark();
    await tick.check();
    await filter.fill('variant=');
    await table.evaluate((element) => (element.scrollTop = 50));
    const before = await runs();
    await expect.poll(runs, patient).toBeGreaterThan(before + 2);
    expect(await isMarked()).toBe(true);
    expect(await tick.isChecked()).toBe(true);
    expect(await filter.inputValue()).toBe('variant=');
    expect(await table.evaluate((element) => element.scrollTop)).toBe(50);
  });

  it('is called interrupted once it was killed', async () => {
    await page.goto(`${server.url}/runs?filter=status=running,interrupted`);
    await mark();
    await status('running').first().waitFor();
    killGroup(experiment!);
    await status('interrupted').first().waitFor();
    await expect.poll(() => status('running').count(), patient).toBe(0);
    expect(await isMarked()).toBe(true);
  });
});
