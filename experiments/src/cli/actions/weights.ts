import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError, hashOf, mean, sha256, writeFileAtomic } from '@id3/core';
import { loadCheckpoint, saveCheckpoint } from '@id3/model';
import { getMetrics, listRuns, openDatabase, type Database, type RunRow } from '@id3/tracking';
import { planAblation } from '../../rows.ts';
import { nodeFolder, type PlanNode } from '../../plan.ts';
import { typedPath } from '../../progress.ts';
import { isDone } from '../../scheduler/done.ts';
import { calibrateStage } from '../../stages/calibrate.ts';
import { calibrationFile, modelFile } from '../../stages/results.ts';
import { defaultVariants } from '../../variants.ts';
import {
  FROM_SCRATCH,
  WEIGHTS_FOLDER,
  calibrationBeside,
  committedWeights,
  provenanceSchema,
  type Provenance,
} from '../../weights.ts';
import type { Config } from '../../config/schema.ts';
import type { ProfileName } from '../../config/profiles/names.ts';

/** Points of a curve in the provenance. */
const CURVE_POINTS = 50;

/**
 * Puts the networks that the config's ablation has trained in `out` into {@link WEIGHTS_FOLDER}, in half precision and with their
 * provenance. What is committed already stays. Throws a UserError where one has not been trained.
 */
export function releaseWeights(
  config: Config,
  { profile, out }: { profile: ProfileName; out: string },
): void {
  const root = resolve(out);
  const committed = committedWeights();
  const { plan } = planAblation(config, defaultVariants(config, profile), FROM_SCRATCH);
  const nodes = plan.nodes.filter((node) => isTraining(node) && !committed.has(node.key));
  const missing = nodes.filter((node) => !isDone(join(root, nodeFolder(node))));
  if (missing.length > 0)
    throw new UserError(
      `${typedPath(root)} has no finished ${missing.map(({ label }) => label).join(', ')} of this config; ` +
        'run npx nx run experiments:ablation --from-scratch with the same options first.',
    );
  const database = openDatabase(join(root, 'tracking.sqlite'));
  try {
    mkdirSync(WEIGHTS_FOLDER, { recursive: true });
    for (const node of nodes) {
      const name = `${profile}-${node.label.replace(/^train-/, '').replaceAll(' ', '-')}`;
      const fitted = plan.nodes.find(
        ({ stage, needs }) => stage === calibrateStage && needs.diffusion === node,
      );
      release({ root, database, path: join(WEIGHTS_FOLDER, name) }, node, fitted);
      console.log(typedPath(join(WEIGHTS_FOLDER, `${name}.safetensors`)));
    }
  } finally {
    database.close();
  }
}

function isTraining({ stage }: PlanNode): boolean {
  return provenanceSchema.shape.stage.safeParse(stage.name).success;
}

/** Writes what is needed of a trained network to `<path>.safetensors`, what was fitted to it beside it, and how it came to be to `<path>.json`. */
function release(
  { root, database, path }: { root: string; database: Database; path: string },
  node: PlanNode,
  fitted: PlanNode | undefined,
): void {
  const { meta, tensors } = loadCheckpoint(modelFile(join(root, nodeFolder(node))));
  // Of a diffusion model, the averaged weights are the result; the rest is for training on.
  const kept = 'ema' in tensors ? { ema: tensors.ema } : tensors;
  const file = `${path}.safetensors`;
  // Where the provenance is missing, the weights are not used.
  rmSync(`${path}.json`, { force: true });
  saveCheckpoint(file, { meta, tensors: kept }, 'F16');
  const calibration = fitted && releaseCalibration(join(root, nodeFolder(fitted)), calibrationBeside(file));
  const provenance = {
    ...provenanceOf(database, node, sha256(readFileSync(file))),
    ...(calibration && { calibration: { key: fitted.key, sha256: calibration } }),
  };
  writeFileAtomic(`${path}.json`, `${JSON.stringify(provenance, null, 1)}\n`);
}

/** Gives the SHA-256 of what was fitted, where it was; what was fitted to an earlier network goes. */
function releaseCalibration(folder: string, to: string): string | undefined {
  rmSync(to, { force: true });
  if (!isDone(folder)) return undefined;
  const content = readFileSync(calibrationFile(folder));
  writeFileAtomic(to, content);
  return sha256(content);
}

function provenanceOf(database: Database, node: PlanNode, sha: string): Provenance {
  const { stage, key, inputs } = node;
  const runs = listRuns(database, { stage: stage.name })
    .filter((run) => run.status !== 'cached' && run.configHash === hashOf(inputs))
    .reverse();
  const last = runs.at(-1);
  if (last?.finishedAt == null)
    throw new UserError(`The database has no finished run of ${node.label}; train it in this folder.`);
  return {
    stage: provenanceSchema.shape.stage.parse(stage.name),
    key,
    sha256: sha,
    inputs,
    revision: runs[0].gitRevision,
    dirty: runs[0].gitDirty,
    engine: last.engine,
    host: last.host,
    started: new Date(runs[0].startedAt).toISOString(),
    finished: new Date(last.finishedAt).toISOString(),
    curves: curvesOf(database, runs),
  };
}

/** The metrics of a training that may have been continued by later runs, thinned by means over stretches of steps. */
function curvesOf(database: Database, runs: readonly RunRow[]): Provenance['curves'] {
  const series = new Map<string, Map<number, number>>();
  for (const { id } of runs)
    for (const { key, step, value } of getMetrics(database, id)) {
      if (!series.has(key)) series.set(key, new Map());
      // A step that was repeated after a kill counts once.
      if (value !== null) series.get(key)!.set(step, value);
    }
  return Object.fromEntries([...series].map(([key, values]) => [key, thinned([...values])]));
}

function thinned(points: [number, number][]): [number, number][] {
  points.sort(([a], [b]) => a - b);
  const length = Math.ceil(points.length / CURVE_POINTS);
  return Array.from({ length: Math.ceil(points.length / length) }, (_, k) => {
    const stretch = points.slice(k * length, (k + 1) * length);
    return [stretch.at(-1)![0], Number(mean(stretch.map(([, value]) => value)).toPrecision(5))];
  });
}
