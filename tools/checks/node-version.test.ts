import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FILE = join(import.meta.dirname, 'node-version.cjs');
const load = createRequire(import.meta.url);
const { satisfies } = load(FILE);
const { engines } = load('../../package.json');

test.each([
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['21.7.3', false],
  ['22.13.1', false], // SQLite's driver would end it with a segmentation fault.
  ['22.14.0', true],
  ['23.11.0', false],
  ['24.0.0', true],
  ['26.12.1', true],
])('Node %s fits engines: %s', (version, fits) => {
  expect(satisfies(version, engines.node)).toBe(fits);
});

test('a Node that does not fit ends with one sentence', () => {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '21.7.3' }); require(${JSON.stringify(FILE)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    `The workbench does not run on Node 21.7.3; it needs ${engines.node} (see .nvmrc): choose such a Node and run npm ci again.\n`,
  );
});
