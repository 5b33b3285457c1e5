import { join } from 'node:path';
import { writeFileAtomic } from '@id3/core';
import { csvTable, measuresCsv, readMeasures, readResults, tabulate } from '@id3/report';
import type { Database, Run } from '@id3/tracking';
import { chartPng } from '../pictures/chart.ts';
import { targetsOf, type Row } from '../pipeline.ts';
import { nodeFolder, type PlanNode } from '../plan.ts';
import { typedPath } from '../progress.ts';
import { committedDiffusionStage } from '../stages/committed-diffusion.ts';
import { committedFStage } from '../stages/committed-f.ts';
import { markdownReport, terminalReport } from './format.ts';

const WEIGHTS_NOTE =
  'Networks whose weights are committed (experiments/weights) were taken, not trained; --from-scratch trains them.';

const COMMITTED: readonly string[] = [committedFStage.name, committedDiffusionStage.name];

const takesWeights = ({ stage, needs }: PlanNode): boolean =>
  COMMITTED.includes(stage.name) || Object.values(needs).some(takesWeights);

/** An experiment whose stages are done: what a report is made of. */
export interface Finished {
  readonly database: Database;
  readonly run: Run;
  readonly experiment: string;
  /** The folder of all results. */
  readonly root: string;
}

/** Writes the ablation's tables and pictures to `reports/<experiment>/`, and prints the tables. */
export async function reportTable(
  { database, run, experiment, root }: Finished,
  rows: readonly Row[],
): Promise<void> {
  const table = tabulate(readResults(database, run.id));
  const measured = readMeasures(database, run.id);
  const note = targetsOf(rows).some(takesWeights) ? `\n\n${WEIGHTS_NOTE}` : '';
  const folder = join(root, 'reports', experiment);
  const written: string[] = [];
  const write = (name: string, content: string | Buffer, kind = 'report'): void => {
    writeFileAtomic(join(folder, name), content);
    run.artefact(join(folder, name), kind);
    written.push(name);
  };
  write('table.md', `${markdownReport(table, measured).trimEnd()}${note}\n`);
  write('table.csv', csvTable(table));
  write('measures.csv', measuresCsv(measured));
  write('table.png', await chartPng(table));
  for (const { grid } of rows)
    if (grid !== undefined)
      write('samples.png', grid.result.open(join(root, nodeFolder(grid))), 'sample-grid');
  console.log(
    `\n${terminalReport(table, measured)}${note}\n\nWritten to ${typedPath(folder)}/: ${written.join(', ')}.`,
  );
}
