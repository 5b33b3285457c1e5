import { UserError } from '@id3/core';
import parse from 'yargs-parser';
import type { Overrides } from '../config/load.ts';
import type { RunSettings } from '../settings.ts';
import { FROM_SCRATCH, committedWeights, type WeightsIndex } from '../weights.ts';

/** What every command line of the experiments understands; the rest are fields of the config. */
export interface Arguments extends RunSettings {
  /** Names of the variants to run; all where undefined. */
  variants: string[] | undefined;
  /** Times one real step of each stage and projects the total, instead of running. */
  estimate: boolean;
  help: boolean;
  overrides: Overrides;
}

export const OPTIONS_HELP = `  --profile NAME        smoke, quick (default), standard or paper
  --FIELD=VALUE         sets a field of the config, such as --diffusion.training.steps=100
  --out FOLDER          where results go (default: artefacts)
  --name NAME           name of the experiment in the database and of its report
  --workers N           worker processes (default: one a core)
  --threads N           compute threads of each worker (default: 1)
  --checkpoint-seconds S  how often a training saves its state (default: 20)
  --from-scratch        train f and the diffusion models anew where their weights are committed
  --estimate            time one real step of each stage and project the total, instead of running`;

/** Reads a command line. Throws a UserError where an option has no value or one of the wrong kind. */
export function parseArguments(
  argv: readonly string[],
  defaults: { profile: string; cores: number },
): Arguments {
  const { _: positional, ...given } = parse([...argv], {
    boolean: ['from-scratch', 'estimate', 'help'],
    string: ['profile', 'out', 'name', 'workers', 'threads', 'checkpoint-seconds', 'variants'],
    configuration: {
      'dot-notation': false,
      'camel-case-expansion': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
    },
  });
  if (positional.length > 0)
    throw new UserError(
      `The argument "${positional[0]}" is not understood; options are written --name=value (-- --help lists all).`,
    );
  const {
    profile,
    out,
    name,
    workers,
    threads,
    'checkpoint-seconds': checkpointSeconds,
    variants,
    'from-scratch': fromScratch,
    estimate,
    help,
    ...overrides
  } = given as Record<string, unknown>;
  return {
    profile: text('profile', profile) ?? defaults.profile,
    out: text('out', out) ?? 'artefacts',
    name: text('name', name),
    workers: count('workers', workers, 1) ?? defaults.cores,
    threads: count('threads', threads, 1) ?? 1,
    checkpointSeconds: count('checkpoint-seconds', checkpointSeconds, 0) ?? 20,
    variants: text('variants', variants)?.split(','),
    fromScratch: fromScratch === true,
    estimate: estimate === true,
    help: help === true,
    overrides,
  };
}

/** The weights that a command may take instead of training them. */
export const weightsFor = ({ fromScratch }: Arguments): WeightsIndex =>
  fromScratch ? FROM_SCRATCH : committedWeights();

function text(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new UserError(`The option --${option} needs one value, as in --${option}=VALUE.`);
}

function count(option: string, value: unknown, least: number): number | undefined {
  const digits = text(option, value);
  if (digits === undefined) return undefined;
  if (/^\d+$/.test(digits) && Number(digits) >= least) return Number(digits);
  throw new UserError(`The option --${option} is "${digits}"; expected a whole number of at least ${least}.`);
}
