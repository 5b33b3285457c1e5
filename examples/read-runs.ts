// What was tracked: runs, their last losses, and what the recognisers reached.
//   npx tsx examples/read-runs.ts [DATABASE]
import { resolve } from 'node:path';
import { UserError } from '@id3/core';
import {
  getMetricSummaries,
  getVerificationSummaries,
  listExperiments,
  listRuns,
  openReader,
} from '@id3/tracking';

const path = resolve(process.argv[2] ?? 'artefacts/tracking.sqlite');
try {
  const reader = openReader(path);
  for (const { id: experimentId, name } of listExperiments(reader)) {
    const runs = listRuns(reader, { experimentId }).filter(({ status }) => status !== 'cached');
    console.log(`${name}: ${runs.length} runs`);
    const ids = runs.map(({ id }) => id);
    const losses = getMetricSummaries(reader, ids).filter(({ key }) => key === 'loss');
    const verified = getVerificationSummaries(reader, ids);
    for (const { id, name, status } of runs) {
      const loss = losses.find(({ runId }) => runId === id)?.value;
      const accuracies = verified
        .filter(({ runId }) => runId === id)
        .map(({ benchmark, accuracy }) => `${benchmark} ${(100 * accuracy).toFixed(1)} %`);
      const details = [...(loss == null ? [] : [`loss ${loss.toFixed(3)}`]), ...accuracies];
      console.log(`  ${id} ${name}: ${[status, ...details].join(', ')}`);
    }
  }
  reader.close();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
