import { readFileSync } from 'node:fs';
import { UserError, errorCode, firstLine } from '@id3/core';
import { z } from 'zod';
import type { Measured } from '../estimate/suggest.ts';
import type { PlanNode } from '../plan.ts';

const countSchema = z.int().positive();

/** What the jobs of a kind of stage ask for. */
const askedSchema = z.strictObject({
  partition: z.string().min(1).optional(),
  account: z.string().min(1).optional(),
  cpus: countSchema.optional(),
  gpus: z.int().nonnegative().optional(),
  memoryGb: z.number().positive().optional(),
  /** Of one job; work that takes longer is saved and goes on in the next. */
  hours: z.number().positive().optional(),
  /** So long before its time is over a job is told to save and make room. More than one call of a compiled step takes. */
  saveSeconds: countSchema.optional(),
  /** Into how many jobs a stage may be split, and how many minutes of one core make one worth it. */
  parts: countSchema.optional(),
  partMinutes: z.number().nonnegative().optional(),
  /** So many jobs of one array run at once. */
  atOnce: countSchema.optional(),
  /** A folder of the node's own disk, for temporary files. */
  scratch: z.string().min(1).optional(),
  /** Any other option of sbatch, such as `{"qos": "long", "constraint": "a100"}`. */
  options: z
    .record(z.string().regex(/^[a-z][a-z-]*$/), z.union([z.string(), z.number(), z.literal(true)]))
    .optional(),
});
export type Asked = z.infer<typeof askedSchema>;

const resourcesSchema = z.strictObject({
  default: askedSchema.optional(),
  /** By the name of a stage, such as `train-diffusion`. */
  stages: z.record(z.string(), askedSchema).optional(),
  /** Lines of shell before each job's work, such as `module load cuda`. */
  setup: z.array(z.string()).optional(),
});
/** What a file says, and what an estimate found, which is asked for where the file does not say. */
export type Resources = z.infer<typeof resourcesSchema> & {
  readonly measured?: ReadonlyMap<PlanNode, Measured>;
  readonly estimated?: Readonly<Record<string, Pick<Asked, 'hours' | 'memoryGb'>>>;
};

/** Options that the workbench sets itself. */
const OWN = [
  'array',
  'dependency',
  'job-name',
  'kill-on-invalid-dep',
  'open-mode',
  'output',
  'error',
  'requeue',
  'no-requeue',
  'signal',
  'parsable',
  'wrap',
  'comment',
];

const DEFAULTS = { cpus: 1, gpus: 0, saveSeconds: 120, parts: 16, partMinutes: 10 } satisfies Asked;

/** The file's resources; defaults where none is named. Throws a UserError where it cannot be read or says what is not understood. */
export function readResources(path: string | undefined, stages: readonly string[]): Resources {
  if (path === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'is not there' : `is no JSON (${firstLine(error)})`;
    throw new UserError(`The resources file ${path} ${why}; docs/cluster.md shows one.`);
  }
  const parsed = resourcesSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path: at, message }] = parsed.error.issues;
    throw new UserError(`The resources file ${path} is wrong at ${at.join('.') || 'its top'}: ${message}.`);
  }
  const { default: all = {}, stages: each = {} } = parsed.data;
  const unknown = Object.keys(each).find((name) => !stages.includes(name));
  if (unknown !== undefined)
    throw new UserError(
      `The resources file ${path} names a stage ${unknown}, which there is not; stages are ${stages.join(', ')}.`,
    );
  for (const asked of [all, ...Object.values(each)]) {
    const own = Object.keys(asked.options ?? {}).find((option) => OWN.includes(option));
    if (own !== undefined)
      throw new UserError(
        `The resources file ${path} sets sbatch's option ${own}, which the workbench sets itself; leave it out.`,
      );
  }
  return parsed.data;
}

/** What a stage's jobs ask for: its own words before those of all, those before what was estimated, and that before the defaults. */
export function askedFor({ default: all, stages, estimated }: Resources, stage: string) {
  const own = stages?.[stage];
  return {
    ...DEFAULTS,
    ...estimated?.[stage],
    ...all,
    ...own,
    options: { ...all?.options, ...own?.options },
  };
}
export type AskedFor = ReturnType<typeof askedFor>;

/** sbatch's options of what is asked for, each as `--name=value`. */
export function sbatchOptions(asked: AskedFor): string[] {
  const { partition, account, cpus, gpus, memoryGb, hours, saveSeconds, options } = asked;
  const given: Record<string, string | number | true | undefined> = {
    partition,
    account,
    'cpus-per-task': cpus,
    gpus: gpus > 0 ? gpus : undefined,
    mem: memoryGb === undefined ? undefined : `${Math.ceil(memoryGb * 1024)}M`,
    time: hours === undefined ? undefined : slurmTime(hours),
    // To the batch shell alone, which the job's first process has taken the place of.
    signal: `B:TERM@${saveSeconds}`,
    ...options,
  };
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [value === true ? `--${name}` : `--${name}=${value}`],
  );
}

/** Hours as Slurm writes them: `days-hours:minutes:seconds`. */
function slurmTime(hours: number): string {
  const seconds = Math.ceil(hours * 3600);
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  return `${Math.floor(seconds / 86_400)}-${two((seconds / 3600) % 24)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}
