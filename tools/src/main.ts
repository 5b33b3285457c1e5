import { UserError } from '@id3/core';
import parse from 'yargs-parser';

/** One option of a tool, written `--name=VALUE`; without a default it must be given. */
export interface Option {
  readonly help: string;
  readonly default?: string;
}

export interface Tool<O extends Record<string, Option>> {
  /** The Nx target, `migrate` for `nx run tools:migrate`. */
  readonly name: string;
  readonly summary: string;
  readonly options: O;
  run(values: {
    [K in keyof O]: O[K] extends { default: string } ? string : string | undefined;
  }): void | Promise<void>;
}

/** Runs a tool to its exit code: 0, or 1 after an error, of which a person who can mend it reads one sentence. */
export async function main<O extends Record<string, Option>>(tool: Tool<O>): Promise<void> {
  try {
    const values = read(process.argv.slice(2), tool.options);
    if (values === 'help') console.log(helpOf(tool));
    // Each option has the type that its default gives it.
    else await tool.run(values as Parameters<typeof tool.run>[0]);
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
  }
}

function read(argv: string[], options: Record<string, Option>): Record<string, string | undefined> | 'help' {
  const {
    _: positional,
    help,
    ...given
  } = parse(argv, {
    string: Object.keys(options),
    boolean: ['help'],
    configuration: {
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'parse-positional-numbers': false,
    },
  }) as { _: string[]; help?: boolean } & Record<string, unknown>;
  if (help === true) return 'help';
  const unknown = positional[0] ?? Object.keys(given).find((name) => !(name in options));
  if (unknown !== undefined)
    throw new UserError(
      `The argument "${unknown}" is not understood; there is ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(', ')} (-- --help lists all).`,
    );
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const value = given[name] ?? option.default;
      if (value !== undefined && (typeof value !== 'string' || value === ''))
        throw new UserError(`The option --${name} needs one value, as in --${name}=VALUE.`);
      return [name, value];
    }),
  );
}

function helpOf({ name, summary, options }: Tool<Record<string, Option>>): string {
  const width = Math.max(...Object.keys(options).map((option) => option.length));
  const lines = Object.entries(options).map(([option, { help, default: value }]) => {
    const otherwise = value === undefined ? '' : ` (default: ${value})`;
    return `  --${`${option}=VALUE`.padEnd(width + 8)}${help}${otherwise}`;
  });
  return [`nx run tools:${name} [options]`, '', summary, '', ...lines].join('\n');
}

/** An option's value as one of a list. Throws a UserError where it is none. */
export function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new UserError(`The option --${name} is "${value}"; expected one of ${choices.join(', ')}.`);
}

/** An option's value as a whole number from 1 to `most`. Throws a UserError where it is none. */
export function count(name: string, value: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? 'of at least 1' : `from 1 to ${most}`;
  throw new UserError(`The option --${name} is "${value}"; expected a whole number ${range}.`);
}
