import { join } from 'node:path';
import { shellWord, writeFileAtomic } from '@id3/core';
import {
  alignedText,
  csvTable,
  markdownOf,
  measuresCsv,
  readMeasures,
  readNotes,
  readResults,
  tabulate,
  type ResultTable,
} from '@id3/report';
import type { Database, Run } from '@id3/tracking';
import { findingsNote } from '../photos/notes.ts';
import { chartPng } from '../pictures/chart.ts';
import { curvesPng } from '../pictures/curves.ts';
import { targetsOf, type Row } from '../rows.ts';
import { nodeFolder, type PlanNode } from '../plan.ts';
import { typedPath } from '../progress.ts';
import { committedDiffusionStage } from '../stages/committed-diffusion.ts';
import { committedFStage } from '../stages/committed-f.ts';
import {
  DOUBLES_LINES,
  doublesCsv,
  doublesLegend,
  doublesPanel,
  doublesTexts,
  type DoublesTable,
} from './doubles-table.ts';
import { markdownReport, terminalReport } from './format.ts';
import {
  robustnessCsv,
  robustnessLegend,
  robustnessPanels,
  robustnessTable,
  robustnessTexts,
} from './robustness-table.ts';
import { sweepCsv, sweepPanels, sweepTitles, type SweepPoints } from './sweep-table.ts';

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

/** Writes the files of a report to `reports/<experiment>/`; `print` shows a text on the terminal, and where the files are. */
function reporter({ run, experiment, root }: Finished) {
  const folder = join(root, 'reports', experiment);
  const written: string[] = [];
  return {
    write(name: string, content: string | Buffer, kind = 'report'): void {
      writeFileAtomic(join(folder, name), content);
      run.artefact(join(folder, name), kind);
      written.push(name);
    },
    print: (text: string): void =>
      console.log(
        `\n${text}\n\nWritten to ${typedPath(folder)}/: ${written.join(', ')}.\n${nextCommands(root)}`,
      ),
  };
}

/** What a person types to see the runs, and to hand the newest table on. */
function nextCommands(root: string): string {
  const database = typedPath(join(root, 'tracking.sqlite'));
  const option = database === DEFAULT_DATABASE ? '' : ` ${shellWord(`--database=${database}`)}`;
  return `\nTo look at it:  npx nx run dashboard:start${option}\nTo hand it on:  npx nx run tools:export-report${option}`;
}
const DEFAULT_DATABASE = 'artefacts/tracking.sqlite';

const noteOn = (rows: readonly Row[]): string =>
  targetsOf(rows).some(takesWeights) ? `\n\n${WEIGHTS_NOTE}` : '';

/** What there is to say of the lists of pairs, each once. */
const pairNotes = (rows: readonly Row[], root: string): Set<string> =>
  new Set(
    rows.flatMap(({ pairFindings }) =>
      [...(pairFindings ?? [])].map(([name, node]) =>
        findingsNote(name, node.result.open(join(root, nodeFolder(node)))),
      ),
    ),
  );

/** Writes the ablation's tables and pictures, and prints the tables. */
export const reportTable = (finished: Finished, rows: readonly Row[]): Promise<void> =>
  reportWith(finished, rows, async () => ({}));

/** Writes a sweep's curve, and what {@link reportTable} does of its points. */
export const reportSweep = (finished: Finished, rows: readonly Row[], points: SweepPoints): Promise<void> =>
  reportWith(finished, rows, async (table) => ({
    'sweep.csv': sweepCsv(table, points),
    'sweep.png': await curvesPng(sweepPanels(table, points), sweepTitles(points.variants), {
      lowest: CHANCE,
    }),
  }));

/** What guessing gives of accuracy. */
const CHANCE = 0.5;

/** The report of a table; `more` makes files beside it. */
async function reportWith(
  finished: Finished,
  rows: readonly Row[],
  more: (table: ResultTable) => Promise<Record<string, string | Buffer>>,
): Promise<void> {
  const { database, run, root } = finished;
  for (const note of pairNotes(rows, root)) run.event('info', note);
  const table = tabulate(readResults(database, run.id), { notes: readNotes(database, run.id) });
  const measured = readMeasures(database, run.id);
  const note = noteOn(rows);
  const { write, print } = reporter(finished);
  write('table.md', `${markdownReport(table, measured).trimEnd()}${note}\n`);
  write('table.csv', csvTable(table));
  write('measures.csv', measuresCsv(measured));
  write('table.png', await chartPng(table));
  for (const { grid } of rows)
    if (grid !== undefined)
      write('samples.png', grid.result.open(join(root, nodeFolder(grid))), 'sample-grid');
  for (const [name, content] of Object.entries(await more(table))) write(name, content);
  print(`${terminalReport(table, measured)}${note}`);
}

/** Writes the table and the curves of a benchmark under disturbances, and prints the table. */
export async function reportRobustness(
  finished: Finished,
  rows: readonly Row[],
  benchmark: string,
): Promise<void> {
  const table = robustnessTable(readResults(finished.database, finished.run.id), benchmark);
  const texts = { rows: robustnessTexts(table), best: () => false };
  const legend = `${robustnessLegend(table)}${noteOn(rows)}`;
  const { write, print } = reporter(finished);
  write('robustness.md', `${markdownOf(texts)}\n\n${legend}\n`);
  write('robustness.csv', robustnessCsv(table));
  write(
    'robustness.png',
    await curvesPng(
      robustnessPanels(table),
      table.variants.map(({ title }) => title),
      { chance: CHANCE },
    ),
  );
  print(`${alignedText(texts)}\n\n${legend}`);
}

/** Writes how many anchors have a double, with its curve, and prints it. */
export async function reportDoubles(finished: Finished, table: DoublesTable): Promise<void> {
  const texts = { rows: doublesTexts(table), best: () => false };
  const { write, print } = reporter(finished);
  write('anchors.md', `${markdownOf(texts)}\n\n${doublesLegend(table)}\n`);
  write('anchors.csv', doublesCsv(table));
  write('anchors.png', await curvesPng([doublesPanel(table)], DOUBLES_LINES));
  print(`${alignedText(texts)}\n\n${doublesLegend(table)}`);
}
