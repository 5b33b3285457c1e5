import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@id3/tracking';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLAT, type RunsRequest } from './run-tree.ts';
import { runsTable } from './runs.ts';

let root: string;
let db: Database;

/** An experiment's run with stages of two variants and one that both share; `cached` where a second run found it all. */
function experiment(name: string, cached: boolean): void {
  const parent = db.initRun({ experiment: name, name: 'ablation', config: {} });
  const stage = (about: { name: string; variant?: string }) => {
    const options = { experiment: name, stage: 'verify', config: {}, parent: parent.id, ...about };
    if (cached) db.cachedRun(options);
    else db.initRun(options).finish();
  };
  stage({ name: 'pool' });
  stage({ name: 'verify full', variant: 'full' });
  stage({ name: 'verify floor', variant: 'floor' });
  parent.finish();
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'id3-runs-'));
  db = openDatabase(join(root, 'tracking.sqlite'));
  experiment('old', false);
  experiment('new', false);
  experiment('new', true);
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

const shown = (request: RunsRequest): string[] =>
  runsTable(db, request).lines.map((line) =>
    line.kind === 'run'
      ? `${'  '.repeat(line.depth)}${line.name}`
      : `${'  '.repeat(line.depth)}${line.branch?.isOpen === false ? '+' : '-'} ${line.title} ${line.count}`,
  );

describe('runs', () => {
  it('stand under their experiment and variant, the newest experiment open', () => {
    expect(shown({})).toEqual([
      '- new 5',
      '  ablation',
      '  ablation',
      '  - floor 1',
      '    verify floor',
      '  - full 1',
      '    verify full',
      '  - shared by variants 1',
      '    pool',
      '+ old 4',
    ]);
  });

  it('are opened and closed by keys, and all open where something is looked for', () => {
    expect(shown({ closed: '2', open: '1', filter: '' })).toContain('    verify full');
    expect(shown({ closed: '2/full' })).toEqual(expect.arrayContaining(['  + full 1', '    verify floor']));
    expect(shown({ closed: '2/full' })).not.toContain('    verify full');
    expect(shown({ filter: 'variant=full' })).toEqual([
      '- new 1',
      '  - full 1',
      '    verify full',
      '- old 1',
      '  - full 1',
      '    verify full',
    ]);
  });

  it('that were cached are counted, and shown where they are asked for', () => {
    const count = (request: RunsRequest) => {
      const { runs, hidden } = runsTable(db, request);
      return [runs, hidden];
    };
    expect(count({})).toEqual([9, 3]);
    expect(count({ cached: '1' })).toEqual([12, 0]);
    expect(count({ filter: 'status=cached' })).toEqual([3, 0]);
    expect(count({ filter: 'status!=failed' })).toEqual([9, 3]);
    expect(count({ filter: 'variant=full' })).toEqual([2, 1]);
    // A cell of a repeated ablation leads to what it found.
    expect(count({ filter: 'id=10,11' })).toEqual([2, 0]);
  });

  it('are a plain list, or grouped by a column, where that is asked for', () => {
    expect(shown({ group: FLAT, sort: 'id' }).slice(0, 2)).toEqual(['ablation', 'pool']);
    expect(shown({ group: 'variant', filter: 'stage=verify' })).toEqual([
      '- variant = floor 2',
      'verify floor',
      'verify floor',
      '- variant = full 2',
      'verify full',
      'verify full',
      '- variant = none 2',
      'pool',
      'pool',
    ]);
  });
});
