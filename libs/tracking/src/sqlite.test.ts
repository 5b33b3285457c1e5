import { afterEach, expect, it, vi } from 'vitest';

const DRIVERS = ['better-sqlite3', 'better-sqlite3-node20'];
afterEach(() => {
  vi.resetModules();
  for (const driver of DRIVERS) vi.doUnmock(driver);
});

const coded = (code: string) => Object.assign(new Error(`Cannot find it\nRequire stack`), { code });
/** Opens a database where the driver's native part does what is given. */
async function opened(native: () => void): Promise<unknown> {
  for (const driver of DRIVERS) vi.doMock(driver, () => ({ default: native }));
  return (await import('./sqlite.ts')).openSqlite(':memory:');
}

it.each(['MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'])(
  'a machine without a binary of SQLite gets a sentence (%s)',
  async (code) => {
    const opening = opened(function () {
      throw coded(code);
    });
    await expect(opening).rejects.toMatchObject({
      name: 'UserError',
      message: `SQLite has no binary that runs on ${process.platform} ${process.arch} with Node ${process.versions.node} (Cannot find it); compile it as docs/nodes.md says.`,
    });
  },
);

it("SQLite's own errors stay", async () => {
  const opening = opened(function () {
    throw coded('SQLITE_CANTOPEN');
  });
  await expect(opening).rejects.toMatchObject({ name: 'Error', code: 'SQLITE_CANTOPEN' });
});
