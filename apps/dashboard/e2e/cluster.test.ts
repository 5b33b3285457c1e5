import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { makeClusterDatabase, type ClusterRuns } from './cluster-database.ts';
import { faultsEverywhere } from './faults.ts';
import { startDashboard, type Server } from './processes.ts';

describe('an experiment that a cluster computes', () => {
  let folder: string;
  let runs: ClusterRuns;
  let server: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const openRun = (id: number) => page.goto(`${server.url}/runs/${id}`);
  const section = (name: string) =>
    page.locator('section').filter({ has: page.getByRole('heading', { name }) });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'id3-cluster-e2e-'));
    runs = makeClusterDatabase(folder);
    server = await startDashboard(join(folder, 'tracking.sqlite'));
    browser = await openBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says how its jobs stand, and what they have used and will', async () => {
    await page.goto(server.url);
    const card = page.getByRole('listitem').filter({ hasText: 'ablation-paper' });
    const numbers = await card.locator('.numbers').innerText();
    expect(numbers).toMatch(/Stages\s*2 computed/);
    expect(numbers).toMatch(/Jobs\s*1 completed, 2 pending, 1 running/);
    // f took 6 h where 200 s were expected, so 100 s are 3 h: a quarter of the sampling, a training, and one of four GPUs. The parts took 6 h.
    expect(numbers).toMatch(/GPU hours\s*12 used, about 16 to come/);
    await openRun(runs.experiment);
    const facts = await section('Environment').innerText();
    expect(facts).toMatch(/Core hours\s*96 used, about 54 to come/);
  });

  it('says of each stage why it waits, where it runs, and how often it was put back', async () => {
    await openRun(runs.experiment);
    const row = (name: string) => section('Stages').getByRole('row').filter({ hasText: name }).innerText();
    expect(await row('train-f')).toMatch(/finished\s+11 completed on gpu07, put back into the queue once/);
    expect(await row('generate full')).toMatch(/running\s+13 running on gpu00/);
    expect(await row('train-recogniser')).toMatch(/queued\s+14 pending \(Dependency\)\s+–/);
    expect(await row('without ID loss')).toMatch(
      /15 pending \(QOSMaxGRESPerUser\), put back into the queue 2 times/,
    );
  });

  it('shows each run of a job and the end of its log', async () => {
    await openRun(runs.trained);
    const jobs = section('Jobs');
    expect(await jobs.getByRole('row').allInnerTexts()).toEqual([
      expect.stringMatching(/Job\s+On/),
      expect.stringMatching(/11\s+gpu07\s+2026-11-01 02:00\s+4 h/),
      expect.stringMatching(/11\s+gpu03\s+2026-11-01 00:00\s+2 h/),
    ]);
    expect(await jobs.locator('pre').innerText()).toContain('Saved; the job goes back into the queue.');
    expect(await section('Environment').innerText()).toMatch(/Job\s*11 · completed.* · 8 cores, 1 GPU/);

    await openRun(runs.sampling);
    const log = jobs.getByRole('group').filter({ hasText: 'bb/log-11.txt' });
    const lines = (await log.locator('pre').innerText()).split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([20, 'Image 499 of 500']);
    await jobs.getByText('and the logs of 4 other jobs').waitFor();
    const gone = jobs.getByRole('group').filter({ hasText: 'bb/log-10.txt' });
    await gone.locator('summary').click();
    await gone.getByText('The file is not there any more.').waitFor();
  });

  it('on any screen, with nothing wrong', async () => {
    for (const [id, text] of [
      [runs.experiment, 'QOSMaxGRESPerUser'],
      [runs.trained, 'Saved; the job goes back'],
      [runs.sampling, 'End of the log'],
    ] as const)
      expect(await faultsEverywhere(context, `${server.url}/runs/${id}`, text)).toEqual([]);
    expect(await faultsEverywhere(context, server.url, 'GPU hours')).toEqual([]);
  });
});
