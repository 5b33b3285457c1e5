import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@id3/core';
import { openDataset } from '@id3/data';
import {
  loadAnyRecogniser,
  loadCheckpoint,
  loadDiffusion,
  type Id3Model,
  type LoadedRecogniser,
} from '@id3/model';
import { DatabaseProblem, getRun, getVariants, listRunsSlim, openReader, type Reader } from '@id3/tracking';
import { z } from 'zod';
import { quick } from './config/profiles/quick.ts';
import { configSchema, isJudged, type Config } from './config/schema.ts';
import { Pipeline } from './pipeline.ts';
import { Plan, nodeFolder, type PlanNode } from './plan.ts';
import { replicatesOf } from './rows.ts';
import { isDone } from './scheduler/done.ts';
import { fittedModel } from './stages/fitted-model.ts';
import { facesOf, type Faces } from './stages/inspection.ts';
import { ANCHORS, EMBEDDINGS, calibrationFile, modelFile, readCalibration } from './stages/results.ts';
import { defaultVariants } from './variants.ts';
import {
  FROM_SCRATCH,
  WEIGHTS_FOLDER,
  calibrationBeside,
  committedWeights,
  type WeightsIndex,
} from './weights.ts';

export { predictorsFrom, type Faces } from './stages/inspection.ts';

/** The people of a generated dataset. */
export interface IdentitySet {
  /** The dataset's folder below the artefact root: `generate/<key>`. */
  readonly id: string;
  readonly title: string;
  readonly identities: number;
  /** Folder of their anchors. */
  readonly anchors: string;
}

/** A diffusion model that can be sampled from, and what belongs to it; what is not there is absent. */
export interface TrainedModel {
  /** `train-diffusion/<key>`, or `committed/<name>`. */
  readonly id: string;
  /** The row of the table that it is of. */
  readonly title: string;
  /** The experiment, and the number of its run. */
  readonly group: string;
  readonly config: Config;
  readonly file: string;
  /** Files of f and of the judge. */
  readonly f: string;
  readonly judge: string | undefined;
  /** File of the fitted κ: of an ablation, else the one committed with the weights. */
  readonly calibration: string | undefined;
  /** Folders of the `train` pool, of which the dataset lies below the artefact root as `id` says, and of its embeddings by f. */
  readonly pool: { readonly id: string; readonly dataset: string; readonly embeddings: string } | undefined;
  /** Whether a training still has to finish it. */
  readonly inTraining: boolean;
  /** Datasets whose anchors lie in the space of its f. */
  readonly sets: readonly IdentitySet[];
}

/** A config that somebody ran. */
interface Source {
  readonly group: string;
  readonly title: string;
  readonly config: Config;
}

/** So many experiments' runs are looked through, the newest. */
const MAX_RUNS = 60;
const COMMITTED = 'Committed weights';

/**
 * Every diffusion model of the newest experiments of a database, and the committed ones. Their folders follow from the configs, as in a plan. Configs
 * of an older version of this code, and those whose photos have gone, are passed over. Without a database there are the committed ones alone.
 */
export function listTrained(database: string): TrainedModel[] {
  const root = join(database, '..');
  const look = lookIn(root);
  const found = new Map<string, Omit<TrainedModel, 'sets'> & { fKey: string }>();
  const sets = new Map<string, IdentitySet[]>();
  for (const source of [...sourcesOf(database), ...committedSources()])
    for (const config of replicatesOf(source.config))
      for (const weights of [committedWeights(), FROM_SCRATCH]) {
        const model = modelOf({ ...source, config }, weights, look);
        if (model === undefined) continue;
        const { set, ...own } = model;
        const known = found.get(own.id);
        found.set(own.id, {
          ...(known ?? own),
          calibration: known?.calibration ?? own.calibration,
          pool: known?.pool ?? own.pool,
        });
        const ofF = sets.get(own.fKey) ?? [];
        if (set !== undefined && !ofF.some(({ id }) => id === set.id)) ofF.push(set);
        sets.set(own.fKey, ofF);
      }
  return [...found.values()].map(({ fKey, ...model }) => ({ ...model, sets: sets.get(fKey) ?? [] }));
}

/** The model, f, the calibration and all else of one config that is there; undefined where the model or its f is not. */
function modelOf(
  { group, title, config }: Source,
  weights: WeightsIndex,
  { folder, isComplete }: Look,
): (Omit<TrainedModel, 'sets'> & { fKey: string; set: IdentitySet | undefined }) | undefined {
  try {
    const pipeline = new Pipeline(new Plan(), config, title, weights);
    const complete = (node: PlanNode) => (isComplete(node) ? folder(node) : undefined);
    const recogniser = (node: PlanNode) =>
      committedFile(node) ?? (isComplete(node) ? modelFile(folder(node)) : undefined);
    const diffusion = pipeline.diffusion();
    const committed = committedFile(diffusion);
    const file = committed ?? modelFile(folder(diffusion));
    const [fNode, generated, pool] = [pipeline.f(), pipeline.generated(), pipeline.pool('train')];
    const f = recogniser(fNode);
    if (f === undefined || !existsSync(file)) return undefined;
    const [dataset, embeddings] = [complete(pool), complete(pipeline.reference())];
    return {
      id: committed === undefined ? nodeFolder(diffusion) : `committed/${nameOf(committed)}`,
      title: committed === undefined ? title : nameOf(committed),
      group: committed === undefined ? group : COMMITTED,
      config,
      file,
      f,
      judge: isJudged(config) ? recogniser(pipeline.judge()) : undefined,
      calibration: calibrationOf(complete(pipeline.calibration()), committed),
      pool: dataset && embeddings ? { id: nodeFolder(pool), dataset, embeddings } : undefined,
      inTraining: committed === undefined && !isComplete(diffusion),
      fKey: fNode.key,
      set: isComplete(generated)
        ? {
            id: nodeFolder(generated),
            title: `${group}: ${title}`,
            identities: config.generation.identities,
            anchors: folder(pipeline.anchors()),
          }
        : undefined,
    };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function calibrationOf(folder: string | undefined, committed: string | undefined): string | undefined {
  if (folder !== undefined) return calibrationFile(folder);
  const beside = committed && calibrationBeside(committed);
  return beside && existsSync(beside) ? beside : undefined;
}

/** Where nodes' results lie, and whether they are whole; each is looked at once. */
interface Look {
  folder(node: PlanNode): string;
  isComplete(node: PlanNode): boolean;
}

function lookIn(root: string): Look {
  const seen = new Map<string, boolean>();
  const folder = (node: PlanNode) => join(root, nodeFolder(node));
  return {
    folder,
    isComplete(node) {
      const path = folder(node);
      const known = seen.get(path) ?? isDone(path);
      seen.set(path, known);
      return known;
    },
  };
}

const committedInputs = z.object({ weights: z.object({ file: z.string() }) });

/** The committed file that a node takes; undefined where it trains. */
function committedFile({ inputs }: PlanNode): string | undefined {
  const { data } = committedInputs.safeParse(inputs);
  return data && join(WEIGHTS_FOLDER, data.weights.file);
}

const nameOf = (file: string): string => /([^/\\]+)\.safetensors$/.exec(file)![1];

/** The rows of `quick`, for which weights are committed. */
const committedSources = (): Source[] =>
  defaultVariants(quick, 'quick').map(({ title, apply }) => ({
    group: COMMITTED,
    title,
    config: apply(quick),
  }));

function sourcesOf(database: string): Source[] {
  let reader: Reader;
  try {
    reader = openReader(database);
  } catch (error) {
    // The committed ones are there without a database.
    if (error instanceof DatabaseProblem) return [];
    throw error;
  }
  try {
    const own = listRunsSlim(reader)
      .filter(({ parentId }) => parentId === null)
      .sort((a, b) => b.id - a.id);
    return own.slice(0, MAX_RUNS).flatMap(({ id, name }) => {
      const variants = getVariants(reader, id);
      const configs =
        variants.length > 0 ? variants : [{ title: name, config: getRun(reader, id)?.config as unknown }];
      return configs.flatMap(({ title, config }) => {
        const { data } = configSchema.safeParse(config);
        return data === undefined ? [] : [{ group: `${name}, run ${id}`, title, config: data }];
      });
    });
  } finally {
    reader.close();
  }
}

/** The network as its file holds it now, with its f and κ. */
export function openTrained({ file, f, calibration }: TrainedModel): Id3Model & { f: LoadedRecogniser } {
  const recogniser = loadAnyRecogniser(f);
  const saved = (embeddingSize: number) => loadDiffusion(file, embeddingSize);
  const fitted = calibration === undefined ? undefined : readCalibration(calibration);
  return { ...fittedModel(saved, recogniser, fitted), f: recogniser };
}

export const openJudge = ({ judge }: TrainedModel): LoadedRecogniser | undefined =>
  judge === undefined ? undefined : loadAnyRecogniser(judge);

/** Anchors of a set: [N,d]. */
export const openAnchors = ({ anchors }: IdentitySet): Float32Array => ANCHORS.open(anchors);

/** The `train` pool as f sees it. */
export function openPool({ pool }: TrainedModel): Faces | undefined {
  return pool && facesOf(openDataset(pool.dataset), EMBEDDINGS.open(pool.embeddings));
}

/** Steps of training that a model's file has behind it, where it is still trained. */
export const stepOfTraining = ({ file, inTraining }: TrainedModel): number | undefined =>
  inTraining ? Number(loadCheckpoint(file).meta.step) : undefined;

/** Changes when the file does, as while it is trained. */
export const versionOf = ({ file }: TrainedModel): number => statSync(file).mtimeMs;
