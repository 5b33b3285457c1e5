import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPERIMENT_ROOMS, ROOMS } from './rooms.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** The rooms that come along with some rooms: they, what they may use, and so on. */
function reach(names: string[], uses: (name: string) => string[]): string[] {
  const reached = new Set(names);
  for (const name of reached) for (const used of uses(name)) reached.add(used);
  return [...reached].sort();
}

/** Folder → the rooms of the last column, from the table "Where things live". */
function architectureTable(): Map<string, string[]> {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([^`]+)` +\|.*\|([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, folder, uses]) => [folder, uses.split(',').flatMap((name) => name.trim() || [])]),
  );
}

const table = architectureTable();

test.each(Object.entries(ROOMS))(
  'docs/architecture.md and the rules agree on %s',
  (room, { folder, uses }) => {
    const said = table.get(folder);
    expect(said, `docs/architecture.md has no row of \`${folder}\``).toBeDefined();
    const unknown = said!.filter((name) => !(name in ROOMS));
    expect(
      unknown,
      `docs/architecture.md: ${folder} depends on rooms that tools/checks/rooms.mjs does not know`,
    ).toEqual([]);
    const byTable = reach(said!, (name) => table.get(ROOMS[name].folder) ?? []);
    const byRules = reach(uses, (name) => ROOMS[name].uses);
    expect(
      byTable,
      `${room} depends on other rooms in docs/architecture.md than in tools/checks/rooms.mjs`,
    ).toEqual(byRules);
  },
);

test('docs/architecture.md has no row of a room that is not there', () => {
  const folders = Object.values(ROOMS).map(({ folder }) => folder);
  expect([...table.keys()].filter((folder) => !folders.includes(folder))).toEqual([]);
  expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
});

test('every file and folder of experiments/src has its place in the order of rooms', () => {
  const places = new Set([...EXPERIMENT_ROOMS.flat(), 'fixtures']);
  const rooms = readdirSync(join(ROOT, 'experiments/src'))
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => name.replace(/\.ts$/, ''));
  expect(
    rooms.filter((room) => !places.has(room)),
    'name it in EXPERIMENT_ROOMS of tools/checks/rooms.mjs',
  ).toEqual([]);
});
