import type { Command } from '@id3/cli';
import { align } from './align.ts';
import { attributes } from './attributes.ts';
import { exportDataset } from './export-dataset.ts';
import { exportReport } from './export-report.ts';
import { exportRuns } from './export-runs.ts';
import { exportTable } from './export-table.ts';
import { importDataset } from './import.ts';
import { ingest } from './ingest.ts';
import { migrate } from './migrate.ts';
import { openQuestions } from './open-questions.ts';
import { verifyRecogniser } from './verify-recogniser.ts';

export const toolCommands: readonly Command[] = [
  importDataset,
  align,
  attributes,
  exportDataset,
  verifyRecogniser,
  openQuestions,
  exportTable,
  exportReport,
  exportRuns,
  ingest,
  migrate,
];
