import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportedExperiment, reportIn } from '@id3/report/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { GET } from './route.ts';

let folder: string;
let run: number;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'id3-route-'));
  run = reportedExperiment(folder);
  vi.stubEnv('ID3_DATABASE', join(folder, 'tracking.sqlite'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const asked = (query: string) => GET(new Request(`http://x/api/export/report?${query}`));

it('sends the report as a file of its name', async () => {
  const response = asked(`run=${run}&seeds=1`);
  expect(await response.text()).toBe(reportIn(folder, { run: String(run), seeds: '1' }));
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  // Never shown under the dashboard's address, where it could be taken for a page of it.
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="report-${run}.html"`);
});

it('answers what is asked wrongly by a sentence', async () => {
  for (const [query, error] of [
    ['run=99', `There is no table of run 99; there is the experiment (run ${run}).`],
    ['run=1&seeds=a', 'The seed is "a"; expected a whole number.'],
  ]) {
    const response = asked(query);
    expect([response.status, await response.json()]).toEqual([400, { error }]);
  }
});
