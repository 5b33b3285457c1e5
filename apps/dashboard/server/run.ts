import { flatten } from '@id3/report';
import {
  getAnnotations,
  getArtefacts,
  getEvents,
  getMetricSummaries,
  getRun,
  getVariants,
  getVariantsOfRun,
  getVerificationFolds,
  getVerificationSummaries,
  listExperiments,
  listRuns,
  DISK_BYTES,
  SYSTEM,
  type Reader,
  type RunRow,
} from '@id3/tracking';
import { readJob, readJobs } from './jobs.ts';

/** One leaf of a config beside that of its base. */
export interface ConfigLine {
  readonly path: string;
  readonly value: string;
  /** The base's value where it differs; undefined where it does not, or where the base has no such field. */
  readonly base: string | undefined;
}

/** Everything that the page of one run shows; undefined where there is no such run. */
export function readRun(db: Reader, id: number) {
  const run = Number.isSafeInteger(id) ? getRun(db, id) : undefined;
  if (run === undefined) return undefined;
  const parent = run.parentId === null ? undefined : getRun(db, run.parentId);
  const variants = getVariantsOfRun(db, id);
  const metrics = getMetricSummaries(db, [id]);
  const curves = metrics.filter(({ step }) => step > 0).map(({ key }) => key);
  const note = getAnnotations(db, [id]).get(id);
  return {
    run,
    parent,
    note: {
      name: note?.name ?? null,
      note: note?.note ?? null,
      tags: [...(note?.tags ?? [])],
      archived: note?.archived ?? false,
    },
    experiment: listExperiments(db).find((experiment) => experiment.id === run.experimentId)!.name,
    variants: variants.map(({ variant }) => variant),
    compared: getVariants(db, id),
    config: configLines(run, parent, variants.length === 1 ? variants[0].variant.config : undefined),
    children: listRuns(db, { parentId: id }).reverse(),
    /** Metrics of several steps have curves; those of step 0 alone describe the whole run. */
    curves: curves.filter((key) => !isSystem(key)),
    /** Of the process that computed it, in the order of {@link SYSTEM}. */
    system: Object.values(SYSTEM).filter((key) => curves.includes(key)),
    numbers: metrics
      .filter(({ key, step }) => step === 0 && key !== DISK_BYTES)
      .map(({ key, value }) => ({ key, value })),
    diskBytes: metrics.find(({ key }) => key === DISK_BYTES)?.value ?? undefined,
    folds: getVerificationFolds(db, [id]),
    summaries: getVerificationSummaries(db, [id]),
    events: getEvents(db, id),
    artefacts: getArtefacts(db, id),
    job: readJob(db, id),
    jobs: readJobs(db, id),
    command: run.command ?? parent?.command ?? undefined,
  };
}

export type RunView = NonNullable<ReturnType<typeof readRun>>;

/** A stage's run has its own part of a config; its variant's and its experiment's base have the whole. */
function configLines(run: RunRow, parent: RunRow | undefined, variant: unknown): ConfigLine[] {
  const base = parent === undefined ? {} : flatten(parent.config);
  const own = flatten(run.config);
  const whole = variant === undefined ? {} : flatten(variant);
  // What the variant changed anywhere belongs to the run, though its own stage may not read it.
  const changed = Object.entries(whole).filter(([path, value]) => !equal(value, base[path]));
  return Object.entries({ ...own, ...Object.fromEntries(changed) }).map(([path, value]) => ({
    path,
    value: text(value),
    base: path in base && !equal(value, base[path]) ? text(base[path]) : undefined,
  }));
}

const isSystem = (key: string): boolean => Object.values<string>(SYSTEM).includes(key);
const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
