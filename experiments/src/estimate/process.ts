import { UserError } from '@id3/core';
import { selectEngine } from '@id3/engine';
import { STAGES } from '../stages/index.ts';
import type { Measurement, MeasurementRequest } from './messages.ts';

// A process that times one step of one stage, tells what it took, and ends.

process.once('message', async ({ stage, inputs, dependencies, engine, threads }: MeasurementRequest) => {
  try {
    const { name } = await selectEngine(engine === 'auto' ? undefined : engine, { threads });
    const seconds = await STAGES[stage].estimate!(inputs, dependencies).seconds();
    const bytes = process.resourceUsage().maxRSS * 1024;
    process.send!({ seconds, bytes, engine: name } satisfies Measurement);
  } catch (error) {
    const text =
      error instanceof Error ? (error instanceof UserError ? error.message : error.stack) : undefined;
    process.send!({ failure: text ?? String(error) });
  }
  process.disconnect();
});
// Also where the process that asked has died
process.once('disconnect', () => process.exit());
