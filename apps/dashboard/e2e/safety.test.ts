import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '@id3/tracking';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { startDashboard, type Server } from './processes.ts';

let folder: string;
let root: string;
let database: string;
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'id3-safety-'));
  root = join(folder, 'root');
  cpSync(inject('smoke'), root, { recursive: true });
  database = join(root, 'tracking.sqlite');
  server = await startDashboard(database);
  browser = await openBrowser();
  page = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// A copy of the finished experiment, in place of what the test before left.
beforeEach(() => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true });
  const sqlite = openSqlite(join(inject('smoke'), 'tracking.sqlite'), { readonly: true });
  sqlite.exec(`vacuum into '${database}'`);
  sqlite.close();
});

/** The status of a request whose path and headers are sent as they are; a browser would resolve dots itself. */
async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const { hostname, port } = new URL(server.url);
  const asked = request({ hostname, port, path, headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** Changes the database by another connection than the dashboard's. */
function change(sql: string): void {
  const sqlite = openSqlite(database);
  sqlite.exec(sql);
  sqlite.close();
}

describe('a database that cannot be read', () => {
  const CASES: [kind: string, title: string, spoil: () => (() => void) | void][] = [
    ['missing', 'No runs yet', () => rmSync(database)],
    ['empty', 'Nothing in the database yet', () => truncateSync(database)],
    [
      'locked',
      'The database cannot be opened',
      () => {
        const sqlite = openSqlite(database);
        sqlite.pragma('locking_mode = exclusive');
        sqlite.exec('begin exclusive');
        return () => sqlite.close();
      },
    ],
    [
      'older',
      'The database is of an older version',
      () =>
        change(
          'delete from __drizzle_migrations where created_at = (select max(created_at) from __drizzle_migrations)',
        ),
    ],
    [
      'newer',
      'The database is of a newer version',
      () => change(`insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)`),
    ],
    [
      'foreign',
      'This is no tracking database',
      () => {
        rmSync(database);
        change('create table songs (title text)');
      },
    ],
    [
      'foreign',
      'This is no tracking database',
      () => writeFileSync(database, 'a text, and a long one '.repeat(500)),
    ],
    [
      'damaged',
      'The database is damaged',
      () => {
        // Half of what was written.
        truncateSync(database, Math.floor(readFileSync(database).length / 8192) * 4096);
      },
    ],
  ];

  it.each(CASES)('%s: says "%s" in every view, and goes on once it is mended', async (kind, title, spoil) => {
    const good = join(folder, 'good.sqlite');
    copyFileSync(database, good);
    const undo = spoil();
    for (const view of [
      '/',
      '/ablation',
      '/runs',
      '/runs/1',
      '/compare',
      '/samples',
      '/identities',
      '/benchmarks',
    ]) {
      expect((await page.goto(server.url + view))?.status()).toBe(200);
      expect([view, await page.locator('h1').innerText()]).toEqual([view, title]);
      expect(await page.locator('.problem').getAttribute('data-problem')).toBe(kind);
    }
    await page.goto(`${server.url}/runs`);
    undo?.();
    for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true });
    renameSync(good, database);
    // Without a reload.
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor({ timeout: 120_000 });
  });
});

describe('a hostile database', () => {
  it('gets no file from outside its folder', async () => {
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    symlinkSync(join(folder, 'secret.txt'), join(root, 'link.txt'));
    writeFileSync(join(root, 'good.txt'), 'good');
    const paths = [
      '../secret.txt',
      join(folder, 'secret.txt'),
      'link.txt',
      '%2e%2e/secret.txt',
      '..%2fsecret.txt',
    ];
    const insert = (path: string, k: number) =>
      `insert into artefacts (id, run_id, path, kind, sha256, bytes, created_at) values (${9000 + k}, 1, '${path}', 'text', '0', 6, 0);`;
    change(['good.txt', ...paths].map(insert).join('\n'));
    const answer = async (path: string) => {
      const response = await fetch(server.url + path);
      return [response.status, await response.text()] as const;
    };
    expect(await answer('/api/artefacts/9000')).toEqual([200, 'good']);
    for (const k of paths.keys()) {
      const [status, text] = await answer(`/api/artefacts/${9001 + k}`);
      expect([paths[k], status]).toEqual([paths[k], 404]);
      expect(text).not.toBe('secret');
    }
    for (const path of [
      '/api/artefacts/..%2f..%2fsecret.txt',
      '/api/artefacts/../../secret.txt',
      '/api/faces/generate/..%2f..%2f..?i=0&side=96',
      '/api/faces/..%2f..%2fetc/passwd?i=0&side=96',
      '/..%2f..%2fsecret.txt',
    ])
      expect([path, await statusOf(path)]).toEqual([
        path,
        expect.toSatisfy((code) => code >= 400 && code < 500),
      ]);
  });

  it('puts no markup and no script into a page', async () => {
    const evil = `<img src=x onerror="window.evil=1"><script>window.evil=1</script>`;
    change(
      `update runs set name = '${evil}', error = '${evil}', variant = '${evil}'; update variants set title = '${evil}';`,
    );
    for (const view of ['/', '/ablation', '/runs', '/runs/2', '/samples', '/benchmarks']) {
      await page.goto(server.url + view);
      await page.waitForTimeout(300);
      expect(await page.evaluate(() => (window as { evil?: number }).evil)).toBeUndefined();
      expect(await page.locator('img[src=x]').count()).toBe(0);
    }
    await page.goto(`${server.url}/runs/2`);
    expect(await page.locator('h1').innerText()).toBe(evil);
  });
});

describe('a request from elsewhere', () => {
  const patch = (headers: Record<string, string>) =>
    fetch(`${server.url}/api/runs/1`, { method: 'PATCH', headers, body: JSON.stringify({ note: 'x' }) });

  it('changes nothing', async () => {
    for (const headers of [
      {},
      { Origin: 'http://evil.example' },
      { Origin: server.url, 'Sec-Fetch-Site': 'cross-site' },
    ] as Record<string, string>[])
      expect((await patch(headers)).status).toBe(403);
    expect((await patch({ Origin: server.url })).status).toBe(204);
  });

  it('saves and forgets no view, nor does one without a name', async () => {
    const put = (headers: Record<string, string>, name: string) =>
      fetch(`${server.url}/api/views`, { method: 'PUT', headers, body: JSON.stringify({ name, query: '' }) });
    expect((await put({ Origin: 'http://evil.example' }, 'x')).status).toBe(403);
    expect((await fetch(`${server.url}/api/views?name=x`, { method: 'DELETE' })).status).toBe(403);
    const own = { Origin: server.url };
    const refused = await put(own, '  ');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      error: expect.stringMatching(/^The view is not understood: .+\.$/),
    });
    expect((await put(own, 'x'.repeat(101))).status).toBe(400);
    expect((await put(own, 'x')).status).toBe(204);
  });

  it('under a foreign name is not answered', async () => {
    expect(await statusOf('/runs', { Host: 'evil.example' })).toBe(403);
  });

  it('finds a strict policy, and nothing but this machine is listened to', async () => {
    const { headers } = await fetch(`${server.url}/runs`);
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'none'; script-src 'nonce-[\w+/=]{20,}' 'strict-dynamic';/);
    expect(policy).not.toContain('unsafe-eval');
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });
});
