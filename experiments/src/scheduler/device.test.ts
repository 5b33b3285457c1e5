import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '@id3/core';
import { getMetrics, listRuns, openDatabase } from '@id3/tracking';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failingSumStage, failingTrainingStage } from '../fixtures/device-stages.ts';
import { runWith, setupIn } from '../fixtures/plan.ts';
import { Plan, nodeFolder } from '../plan.ts';
import { modelFile } from '../stages/results.ts';
import { LocalWorkers } from './local-workers.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'id3-device-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs one stage whose engine fails at a run; gives the file that it leaves. */
async function attempt(
  stage: typeof failingTrainingStage | typeof failingSumStage,
  lost: number,
): Promise<string> {
  const plan = new Plan();
  const target = plan.add(stage, { lost }, {}, { variant: 'full' });
  const setup = {
    ...setupIn(root),
    registry: pathToFileURL(join(import.meta.dirname, '../fixtures/device-stages.ts')).href,
    engine: 'onnx',
    checkpointSeconds: 3600,
    database: join(root, 'tracking.sqlite'),
  };
  await runWith(root, { plan, targets: [target], workers: new LocalWorkers(setup, 1) });
  return modelFile(join(root, nodeFolder(target)));
}

it('a training whose device is lost ends in a sentence, and the same command goes on to the same bytes', async () => {
  const whole = readFileSync(await attempt(failingTrainingStage, 0));
  const error = await attempt(failingTrainingStage, 7).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(
    /^The stage "failing-training" failed: ONNX Runtime's cuda: the device was lost; [^.]*\. What was trained up to step 6 is saved in [^:\n]*: run the same command again, with --engine=onnx to compute on the CPU\.$/,
  );
  const path = await attempt(failingTrainingStage, 7);
  expect(readFileSync(path).equals(whole)).toBe(true);
  const database = openDatabase(join(root, 'tracking.sqlite'));
  const [first, again] = [...listRuns(database, { stage: 'failing-training' })]
    .filter((run) => run.status !== 'cached')
    .sort((a, b) => a.id - b.id)
    .slice(-2);
  const steps = (run: number) => getMetrics(database, run, 'loss').map(({ step }) => step);
  expect([first.status, again.status]).toEqual(['failed', 'finished']);
  expect([...steps(first.id), ...steps(again.id)]).toEqual(Array.from({ length: 20 }, (_, k) => k + 1));
  database.close();
});

it('so does any other stage, which keeps what is finished', async () => {
  const error = await attempt(failingSumStage, 1).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(
    /^The stage "failing-sum" failed: ONNX Runtime's cuda: the device was lost; [^.]*\. What is finished is kept: run the same command again, [^\n]*\.$/,
  );
  const path = await attempt(failingSumStage, 1);
  expect(existsSync(path) && readFileSync(path, 'utf8')).toBe('3');
});
