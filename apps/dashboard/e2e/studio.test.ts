import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelChoice } from '@id3/studio-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { errorsOf, faultsOf } from './faults.ts';
import { run, startDashboard, type Server } from './processes.ts';

// The studio over the smoke experiment, of which one training is left unfinished.

const IDLE_S = 3;
let folder: string;
let database: string;
let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Models of the experiment that are told ages and yaws. */
let models: string[];
const committed = 'committed/quick-diffusion-full';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'id3-studio-'));
  cpSync(inject('smoke'), folder, { recursive: true });
  database = join(folder, 'tracking.sqlite');
  server = await startDashboard(database, { ID3_STUDIO_IDLE: String(IDLE_S) });
  const answer = await fetch(`${server.url}/api/studio/models`, {
    method: 'POST',
    headers: { Origin: server.url },
  });
  const listed = ((await answer.json()) as { models: ModelChoice[] }).models;
  models = listed
    .filter(({ id, age }) => id.startsWith('train-diffusion/') && age !== undefined)
    .map(({ id }) => id);
  browser = await openBrowser();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  context.setDefaultTimeout(180_000);
  page = await context.newPage();
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = (query: Record<string, string>) =>
  page.goto(`${server.url}/studio?${new URLSearchParams(query)}`);
const panel = (k = 0) => page.locator('.panel').nth(k);
/** The picture of a panel, once nothing is under way. */
async function picture(k = 0): Promise<string> {
  await page.locator(`.panel[aria-busy=false]`).nth(k).waitFor();
  return (await panel(k).getByRole('link', { name: 'PNG' }).getAttribute('href'))!;
}
const bytesOf = (url: string) => Buffer.from(url.replace(/^data:image\/png;base64,/, ''), 'base64');
const query = () => Object.fromEntries(new URL(page.url()).searchParams);

describe('the studio', () => {
  it('makes a face with a model of the experiment, which follows the sliders and the URL them', async () => {
    const errors = errorsOf(page);
    await open({ model: models[0] });
    const first = await picture();
    expect(await panel().locator('.facts-of').innerText()).toMatch(/f, to the y asked for\s+-?\d\.\d{3}/);
    await page.getByRole('slider', { name: 'Age, years' }).focus();
    for (let k = 0; k < 12; k++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => query().age).toBe('55');
    await expect.poll(() => picture()).not.toBe(first);
    await expect.poll(() => panel().locator('.facts-of').innerText()).toMatch(/Age\s+55 y/);
    expect(errors).toEqual([]);
    expect(await faultsOf(page)).toEqual([]);
  });

  it('gives a link and a command that make the same bytes', async () => {
    await open({ model: models[0], from: 'new:4', row: 'yaw', age: '30', steps: '3' });
    const shown = await picture();
    const command = await page.locator('details pre').textContent();
    await page.reload();
    expect(await picture()).toBe(shown);
    const out = join(folder, 'face.png');
    const words = command!.trim().split(' ').slice(3);
    expect(words).toContain(`--database=${database}`);
    await run('face', [...words, `--out=${out}`]);
    expect(readFileSync(out).equals(bytesOf(shown))).toBe(true);
  });

  it('makes rows by one click, an identity of a generated set, and the way to another', async () => {
    await open({ model: models[0] });
    await picture();
    const source = page.getByRole('combobox', { name: 'Identity', exact: true });
    await source.selectOption({ index: 1 });
    await expect.poll(() => query().from).toMatch(/^generate\/[0-9a-f]{16}:0$/);
    await page.getByRole('checkbox', { name: 'on the arc to another' }).check();
    await page.getByRole('button', { name: 'Arc t' }).click();
    await expect.poll(() => query()).toMatchObject({ row: 't', to: 'new:2' });
    await expect.poll(() => panel().locator('figcaption strong').allInnerTexts()).toHaveLength(8);
    expect(await panel().locator('figcaption strong').allInnerTexts()).toContain('t 1.00');
  });

  it('sets two models side by side, on the same noise', async () => {
    await open({ model: models[0], beside: committed });
    const [one, other] = [await picture(0), await picture(1)];
    expect(other).not.toBe(one);
    await page.getByRole('combobox', { name: 'Beside it' }).selectOption(models[0]);
    // The same model and noise: the same face.
    await expect.poll(() => picture(1)).toBe(await picture(0));
    await expect.poll(() => query().beside).toBe(models[0]);
  });

  it('offers the last checkpoint of a model that is being trained', async () => {
    const last = models[models.length - 1];
    rmSync(join(folder, last, 'done.json'));
    await open({ model: last });
    await picture();
    expect(await panel().innerText()).toMatch(/in training: step 20 of 20/);
  });

  it('says what is wrong with an address', async () => {
    await open({ model: models[0], steps: '100000' });
    await expect
      .poll(() => page.locator('main [role=alert]').first().innerText())
      .toMatch(/^The field "steps" of the request is not understood: .+\.$/);
    await open({ model: 'train-diffusion/0123456789abcdef' });
    await expect
      .poll(() => page.locator('main [role=alert]').first().innerText())
      .toBe('There is no model train-diffusion/0123456789abcdef here; choose one of the list.');
  });
});

describe('a request for faces', () => {
  const own = () => ({ Origin: server.url });
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${server.url}/api/studio/faces`, { method: 'POST', headers, body });
  const asking = (request: object) =>
    JSON.stringify({ asker: 'test', request: { model: committed, ...request } });

  it('from elsewhere is refused, and so is one for the models', async () => {
    const headersOf: Record<string, string>[] = [
      {},
      { Origin: 'http://evil.example' },
      { ...own(), 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const headers of headersOf) {
      expect((await post(headers, asking({}))).status).toBe(403);
      expect((await fetch(`${server.url}/api/studio/models`, { method: 'POST', headers })).status).toBe(403);
    }
    expect((await fetch(`${server.url}/api/studio/models`)).status).toBe(405);
  });

  it.each<[number, string, () => string]>([
    [400, 'more steps than may be', () => asking({ steps: 1e9 })],
    [400, 'a field that there is not', () => asking({ size: 4096 })],
    [400, 'no JSON', () => '{'],
    [400, 'a path for a model', () => asking({ model: 'train-diffusion/../../etc' })],
    [400, 'a row to nowhere', () => asking({ row: 't' })],
    [404, 'an unknown model', () => asking({ model: 'train-diffusion/0123456789abcdef' })],
    [404, 'an unknown set', () => asking({ from: 'generate/0123456789abcdef:1' })],
    [413, 'a long text', () => asking({ from: 'x'.repeat(10_000) })],
  ])('gets %i and a sentence: %s', async (status, _what, body) => {
    const response = await post(own(), body());
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: expect.stringMatching(/^[A-Z].*\.$/) },
    ]);
  });
});

it("ends the studio's process when it has nothing to do", async () => {
  await open({ model: committed });
  await picture();
  expect(studioProcesses()).toHaveLength(1);
  await page.goto(`${server.url}/runs`);
  await expect.poll(studioProcesses, { timeout: 180_000 }).toEqual([]);
  await open({ model: committed });
  await picture();
});

/** Processes of the server's group that run the studio. */
function studioProcesses(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const group = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
      return (
        Number(group) === server.group &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('apps/studio/src/process.ts')
      );
    } catch {
      return false;
    }
  });
}
