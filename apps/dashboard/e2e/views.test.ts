import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { faultsEverywhere, faultsOf } from './faults.ts';
import { everyPage } from './pages.ts';
import { run, startDashboard, type Server } from './processes.ts';

let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const database = join(inject('smoke'), 'tracking.sqlite');

const open = (path: string) => page.goto(server.url + path);
const query = () => Object.fromEntries(new URL(page.url()).searchParams);
const runsFound = () => page.locator('header [aria-live]').innerText();
const names = () => page.locator('.line .cut a').allInnerTexts();
const filter = () => page.getByRole('combobox', { name: 'Filter' });
/** Keys pressed before the page's script listens are lost. */
const pressUntil = (key: string, done: () => Promise<boolean>) =>
  expect
    .poll(async () => {
      await page.keyboard.press(key);
      return done();
    })
    .toBe(true);

beforeAll(async () => {
  server = await startDashboard(database);
  browser = await openBrowser();
  // axe is our script, not the page's: the policy need not let it in.
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  context.setDefaultTimeout(180_000);
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
});

describe('every view', () => {
  // What only the view of that name shows, from the experiment that has run.
  const SHOWN: Record<string, string> = {
    experiments: 'Rows done',
    ablation: 'ceiling: as many images of the train pool',
    runs: 'verify floor seed 2',
    run: 'Make it again',
    compare: 'Accuracy fold by fold',
    samples: 'Below each face',
    identities: 'Anchors and embeddings',
    benchmarks: 'By group and gap',
    studio: 'As its experiment samples',
  };
  it.each(everyPage(database))('$name shows its content, and nothing is wrong with it', async (view) => {
    expect(await faultsEverywhere(context, server.url + view.path, SHOWN[view.name])).toEqual([]);
  });
});

describe('the first page', () => {
  it('tells how an experiment stands, what it found and what it took, and leads to its table', async () => {
    await open('/');
    const card = page.getByRole('listitem').filter({ hasText: 'ablation-smoke' });
    await expect.poll(() => card.locator('.status').innerText()).toBe('finished');
    const rows = /Rows done\s*(\d+) of (\d+)/.exec(await card.locator('.numbers').innerText())!;
    expect(rows[1]).toBe(rows[2]);
    expect(await card.locator('.numbers').innerText()).toMatch(/Disk\s*\d+\.\d MB/);
    const finding = await card.locator('.finding').innerText();
    expect(finding).toMatch(/the ceiling.* on rendered average; /);
    expect(finding).toMatch(/the ID loss( matters|: undecided|: no effect larger than 0\.5| harms)/);
    await card.getByRole('link', { name: 'ablation-smoke' }).click();
    await page.waitForURL(/\/ablation\?run=\d+/);
    await page.getByRole('heading', { name: 'What matters: ablation-smoke' }).waitFor();
  });

  it('says what each view shows, with formulas and the code that computes them', async () => {
    for (const { path } of everyPage(database)) {
      await open(path);
      await page.getByText('What does this show?').click();
      const code = page.locator('.about-text a[href^="/code/"]').first();
      const response = await fetch(server.url + (await code.getAttribute('href')));
      expect(response.headers.get('content-type')).toContain('text/plain');
      expect(await response.text()).toContain(await code.innerText());
    }
    for (const path of ['/code/package.json', '/code/../package.json', '/code/%2e%2e/%2e%2e/etc/passwd'])
      expect((await fetch(server.url + path)).status).toBe(404);
  });
});

describe('runs', () => {
  it('stand in a tree whose branches close, which the URL holds', async () => {
    await open('/runs');
    const floor = page.getByRole('button', { name: /^floor \d+$/ });
    await floor.click();
    await page.waitForURL(/closed=/);
    await expect.poll(names).not.toContain('verify floor seed 2');
    expect(await floor.getAttribute('aria-expanded')).toBe('false');
    await page.reload();
    expect(await names()).not.toContain('verify floor seed 2');
    await floor.click();
    await expect.poll(names).toContain('verify floor seed 2');
  });

  it('are found by a filter that / focuses and that completes fields and values', async () => {
    await open('/runs');
    await pressUntil('/', () => filter().evaluate((input) => input === document.activeElement));
    await page.keyboard.type('vari');
    const completions = page.getByRole('listbox');
    const option = (name: string) => completions.getByRole('option', { name, exact: true });
    await option('variant').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await filter().inputValue()).toBe('variant=');
    await option('floor').waitFor();
    await page.keyboard.type('flo');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    expect(await filter().inputValue()).toBe('variant=floor ');
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL(/filter=variant/);
    await expect.poll(names).not.toContain('verify full seed 2');
    expect(await names()).toContain('verify floor seed 2');
  });

  it('have their keys told by ?', async () => {
    await open('/runs');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await pressUntil('?', () => dialog.isVisible());
    expect(await dialog.innerText()).toContain('to the filter of runs');
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await filter().fill('what?/');
    expect(await dialog.isVisible()).toBe(false);
  });

  it('are saved as views under names, and such a view is forgotten', async () => {
    await open('/runs?filter=stage=verify&group=nothing');
    await page.locator('summary', { hasText: 'Views' }).click();
    await page.getByRole('textbox', { name: 'Name of this view' }).fill('<b>verified</b>');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: '<b>verified</b>' }).waitFor();
    await open('/runs');
    await page.locator('summary', { hasText: 'Views 1' }).click();
    await page.getByRole('link', { name: '<b>verified</b>' }).click();
    await page.waitForURL(/filter=stage/);
    expect(query()).toEqual({ filter: 'stage=verify', group: 'nothing' });
    expect(await filter().inputValue()).toBe('stage=verify');
    await open('/runs');
    await page.locator('summary', { hasText: 'Views 1' }).click();
    await page.getByRole('button', { name: 'Forget the view <b>verified</b>' }).click();
    await page.getByRole('link', { name: '<b>verified</b>' }).waitFor({ state: 'detached' });
  });

  it('are filtered by a typed query, which the URL holds', async () => {
    await open('/runs');
    await filter().fill('stage=verify seed!=1');
    await page.keyboard.press('Enter');
    await page.waitForURL(/filter=/);
    await expect.poll(names).not.toContain('verify floor seed 1');
    expect(query()).toEqual({ filter: 'stage=verify seed!=1' });
    const [count, found] = [await runsFound(), await names()];
    expect(found).toContain('verify full seed 2');
    expect(found.filter((name) => !/^verify .* seed 2$/.test(name))).toEqual([]);
    await page.reload();
    expect([await runsFound(), await names()]).toEqual([count, found]);
  });

  it('are sorted, grouped and given columns by the URL', async () => {
    await open('/runs?filter=stage=train-recogniser&columns=variant,seed,loss&group=variant');
    await page.getByRole('button', { name: 'seed' }).click();
    await page.waitForURL(/sort=seed/);
    await page.getByRole('button', { name: 'seed' }).click();
    await page.waitForURL(/sort=-seed/);
    await expect
      .poll(async () => (await names()).slice(0, 2))
      .toEqual(['train-recogniser floor seed 2', 'train-recogniser floor seed 1']);
    expect(await page.locator('.group').first().innerText()).toBe('variant = floor 2');
    const cells = await page
      .locator('.line', { has: page.locator('.cut a') })
      .first()
      .innerText();
    expect(cells.split('\n').slice(1, 3)).toEqual(['floor', '2']);
    expect(Number(cells.split('\n')[3])).toBeGreaterThan(0);
  });

  it('tell what is wrong with a query', async () => {
    await open('/runs?filter=stag=verify');
    expect(await page.locator('#filter-help').innerText()).toContain('"stag"');
    expect(await page.locator('#filter-help').getAttribute('role')).toBe('alert');
  });

  it('are compared once two are ticked', async () => {
    await open('/runs?filter=stage=verify');
    for (const box of (await page.getByRole('checkbox', { name: /^Compare run/ }).all()).slice(0, 2))
      await box.check();
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    await page.getByRole('heading', { name: 'Config differences' }).waitFor();
    expect(query().runs).toMatch(/^\d+,\d+$/);
  });
});

describe('the ablation', () => {
  it('is told against the chosen baseline and leads to the runs of a cell', async () => {
    await open('/ablation');
    await page.getByRole('combobox', { name: 'Baseline' }).selectOption('floor');
    await page.waitForURL(/baseline=floor/);
    const row = page.locator('tr.baseline');
    await expect.poll(() => row.locator('th').innerText()).toContain('floor: random y');
    await row.getByRole('link').first().click();
    await page.waitForURL(/\/runs\?filter=id/);
    const found = await names();
    expect(found).toHaveLength(2);
    for (const name of found) expect(name).toMatch(/^verify floor seed [12]$/);
  });

  it.each([
    ['markdown', {}],
    ['csv', { baseline: 'random-anchors' }],
    ['latex', { benchmarks: 'rendered-agedb' }],
    ['json', { seeds: '2' }],
  ])('is exported as %s byte for byte as by the command line', async (format, choices) => {
    await open(`/ablation?${new URLSearchParams(choices)}`);
    await page.getByText('Export', { exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator(`a[download][href*="format=${format}"]`).click(),
    ]);
    const options = Object.entries({ ...choices, format, database }).map(([k, v]) => `--${k}=${v}`);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    expect(text).toBe(await run('export-table', options));
  });
});

describe('a run', () => {
  it('is made again by a command of its own: its variant and seed', async () => {
    await open('/runs?filter=name="verify floor seed 2"');
    await page.getByRole('link', { name: 'verify floor seed 2' }).click();
    await page.getByRole('heading', { name: 'Make it again' }).waitFor();
    const command = await page
      .locator('section', { hasText: 'Make it again' })
      .locator('pre')
      .last()
      .innerText();
    expect(command).toMatch(
      /npx nx run experiments:ablation --profile=smoke --out=\S+ --variants=floor --downstream\.seeds=2$/,
    );
  });
});

describe('on a phone', () => {
  it('the matrix is read without scrolling to the side, one benchmark at a time', async () => {
    await page.setViewportSize({ width: 390, height: 900 });
    await open('/ablation');
    const heads = () => page.locator('.matrix thead th:visible').allInnerTexts();
    expect(await heads()).toEqual(['Variant', 'rendered average']);
    await page.getByRole('combobox', { name: 'Benchmark' }).selectOption('rendered-lfw');
    await page.waitForURL(/column=rendered-lfw/);
    await expect.poll(heads).toEqual(['Variant', 'rendered-lfw']);
    const region = page.getByRole('region', { name: 'Matrix' });
    expect(await region.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect((await heads()).length).toBeGreaterThan(2);
    expect(await page.getByRole('combobox', { name: 'Benchmark' }).isVisible()).toBe(false);
  });
});

describe('faces', () => {
  it('are walked by arrow keys, with details of the one that has the focus', async () => {
    await open('/samples');
    const details = page.getByRole('complementary', { name: 'The chosen face' });
    await page.getByRole('gridcell').first().focus();
    const first = await details.innerText();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    expect(await details.innerText()).not.toBe(first);
    const focused = page.locator('[role=gridcell]:focus');
    expect(await focused.getAttribute('data-row')).toBe('1');
    expect(await focused.getAttribute('data-column')).toBe('1');
    // A picture that did not arrive has no size.
    const widths = await details.locator('img').evaluateAll(async (images) =>
      Promise.all(
        (images as HTMLImageElement[]).map(async (image) => {
          await image.decode();
          return image.naturalWidth;
        }),
      ),
    );
    expect(widths).toEqual([256, 256]);
  });

  it('are ordered as the URL says', async () => {
    await open('/samples');
    await page.getByRole('button', { name: 'Age', exact: true }).click();
    await page.waitForURL(/order=age/);
    const ages = async () =>
      (await page.locator('[role=row]').first().locator('.below span:last-child').allInnerTexts()).map(
        (text) => Number(/^(\d+) y$/.exec(text)?.[1]),
      );
    await expect.poll(async () => (await ages())[0]).not.toBeNaN();
    expect(await ages()).toEqual((await ages()).sort((a, b) => a - b));
  });
});

describe('what a person says about a run', () => {
  it('stays, and the archive hides the run', async () => {
    const { path } = everyPage(database).find(({ name }) => name === 'run')!;
    const saved = page.getByRole('status').filter({ hasText: 'Saved.' });
    await open(path);
    await page.getByRole('textbox', { name: 'Note' }).fill('Two <b>words</b>.');
    await page.getByRole('textbox', { name: 'Name' }).fill('<i>the one</i>');
    await saved.waitFor();
    await page.getByRole('textbox', { name: 'Tags' }).fill('paper, <u>good</u>');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('button', { name: 'Restore from the archive' }).waitFor();
    await page.reload();
    expect(await page.locator('h1').innerText()).toBe('<i>the one</i>');
    expect(await page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('Two <b>words</b>.');
    expect(await page.getByRole('textbox', { name: 'Tags' }).inputValue()).toBe('<u>good</u>, paper');
    await open('/runs?filter=tags~paper');
    expect(await runsFound()).toMatch(/^0 of /);
    await open('/runs?filter=tags~paper&archived=1');
    expect(await names()).toEqual(['<i>the one</i>']);
    await open(path);
    await page.getByRole('button', { name: 'Restore from the archive' }).click();
    await page.getByRole('button', { name: 'Archive', exact: true }).waitFor();
    await open('/runs?filter=tags~paper');
    expect(await names()).toEqual(['<i>the one</i>']);
  });
});
