import {
  Stopped,
  command,
  fromWhereOneStands,
  nearest,
  pathList,
  wholeNumber,
  type Command,
  type Context,
  type Options,
  type Values,
} from '@id3/cli';
import { UserError, grantedCores } from '@id3/core';
import { PROFILE_NAMES } from '../config/profiles/names.ts';
import type { Config } from '../config/schema.ts';
import { DEVICE_NAMES, EXECUTORS, type RunSettings } from '../settings.ts';

/** What every command that starts from a config understands. */
export const profileOption = {
  profile: { describe: 'the config to start from', choices: PROFILE_NAMES, default: 'quick' },
} as const satisfies Options;

/** A text that names one folder: a report lies in a folder of the experiment's name. */
function folderName(text: string): string {
  if (/^[^/\\\0]{1,100}$/.test(text) && !/^\.\.?$/.test(text)) return text;
  throw new Error('a name that a folder can have, of at most 100 characters and without slashes');
}

/** What every command of an experiment understands. */
export const runOptions = {
  ...profileOption,
  out: { type: 'string', path: true, describe: 'folder of the results', default: 'artefacts' },
  name: {
    type: 'string',
    describe: 'name of the experiment in the database and of its report',
    coerce: folderName,
    defaultDescription: 'command and profile',
  },
  workers: {
    describe: 'worker processes',
    defaultDescription: 'one a core, one on a GPU',
    coerce: wholeNumber(1),
  },
  threads: { describe: 'compute threads of each worker', default: 1, coerce: wholeNumber(1) },
  'checkpoint-seconds': {
    describe: 'how often a training saves its state',
    default: 20,
    coerce: wholeNumber(0),
  },
  'from-scratch': {
    describe: 'train f and the diffusion models anew where their weights are committed',
    type: 'boolean',
    default: false,
  },
  executor: {
    describe: 'where stages are computed: on this machine, or by jobs of a Slurm cluster',
    choices: EXECUTORS,
    default: 'local',
  },
  resources: {
    type: 'string',
    path: true,
    describe: "file of what the cluster's jobs ask for (docs/cluster.md)",
    defaultDescription: 'one core each, and what --estimate found',
  },
  'dry-run': {
    describe: 'print the scripts that --executor=slurm would submit, instead of running',
    type: 'boolean',
    default: false,
  },
  estimate: {
    describe: 'time one real step of each stage and project the total, instead of running',
    type: 'boolean',
    default: false,
  },
  device: {
    describe: 'with --estimate: a GPU that was measured (docs/gpu.md), instead of this machine',
    choices: DEVICE_NAMES,
  },
} as const satisfies Options;

/** What a command of an experiment gets; `V` are the values of the options that it alone has. */
export interface Request<V = object> {
  readonly config: Config;
  readonly settings: RunSettings;
  readonly values: V;
  readonly signal: Context['signal'];
}

interface Definition<O extends Options> extends Pick<Command, 'summary' | 'details' | 'examples'> {
  readonly name: string;
  /** Options beyond those that all have. */
  readonly options: O;
  /** The module that does it, with all that it needs. */
  readonly load: () => Promise<{ run(request: Request<Values<O>>): Promise<void> | void }>;
}

export const FIELDS_DETAILS =
  'Every field of the config is an option too, such as --diffusion.training.steps=100; `id3 config` lists them. --generation.batchSize=auto takes what memory holds.';

/** A command that runs one config's experiment. */
export const runCommand = <const O extends Options>({
  name,
  details,
  options,
  load,
  ...about
}: Definition<O>) =>
  command({
    ...about,
    name,
    target: `experiments:${name}`,
    details: [details ?? [], FIELDS_DETAILS].flat().join('\n\n'),
    options: { ...options, ...runOptions },
    fields,
    async run(values: Values<O> & Values<typeof runOptions>, context) {
      const { fields, words } = context;
      const {
        'checkpoint-seconds': checkpointSeconds,
        'from-scratch': fromScratch,
        workers: given,
        'dry-run': dryRun,
        ...rest
      } = values;
      if (rest.device !== undefined && !rest.estimate)
        throw new UserError('--device is for --estimate alone; where stages compute is said by --engine.');
      const { [BATCH]: batch, ...others } = fields;
      const known = batch === 'auto' ? others : fields;
      const config = await configOf(rest.profile, known, Object.keys({ ...options, ...runOptions }));
      const { run } = await load();
      const workers = await workersOf(given, config);
      const settings = { ...rest, workers, checkpointSeconds, fromScratch, dryRun, words };
      if (batch === 'auto') {
        const { automaticBatch } = await import('../estimate/automatic-batch.ts');
        const { batchSize, why } = await automaticBatch(config, settings);
        console.log(`${BATCH}=${batchSize} (auto: ${why})`);
        config.generation.batchSize = batchSize;
      }
      const { Interrupted } = await import('../scheduler/executor.ts');
      try {
        await run({
          config,
          settings,
          values,
          get signal() {
            return context.signal;
          },
        });
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        throw new Stopped(error.message);
      }
    },
  });

/** The field that may be `auto` on a command line; the config has the number. */
const BATCH = 'generation.batchSize';

/** How many worker processes run: as many as were asked for, else one a core, and one alone where a GPU may compute, whose memory several would share. */
export async function workersOf(
  given: number | undefined,
  { engine }: Pick<Config, 'engine'>,
): Promise<number> {
  const { mayComputeOnGpu } = await import('@id3/engine/gpu');
  return given ?? (mayComputeOnGpu(engine) ? 1 : grantedCores());
}

/** The fields of the config, with the words that complete their values. */
export async function fields(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { configFields } = await import('../config/fields.ts');
  const { PROFILES } = await import('../config/profiles/index.ts');
  return new Map(configFields(PROFILES.quick).map(({ path, choices }) => [path, choices]));
}

/** The config that was asked for. Throws a UserError where a field is no field, or an option misspelt. */
export async function configOf(
  profile: RunSettings['profile'],
  fields: Readonly<Record<string, unknown>>,
  options: readonly string[],
): Promise<Config> {
  const { PROFILES } = await import('../config/profiles/index.ts');
  const { loadConfig } = await import('../config/load.ts');
  const { configFields } = await import('../config/fields.ts');
  for (const field of Object.keys(fields)) {
    const meant = nearest(field, [...options, ...Object.keys(PROFILES[profile])]);
    if (meant !== undefined && options.includes(meant))
      throw new UserError(`There is no option --${field}; did you mean --${meant}?`);
  }
  const seen = { ...fields };
  for (const { path, isPath, isList } of configFields(PROFILES[profile])) {
    const given = fields[path];
    if (!isPath || typeof given !== 'string' || given === '') continue;
    seen[path] = isList ? pathList(given).map(fromWhereOneStands) : fromWhereOneStands(given);
  }
  return loadConfig(profile, seen);
}
