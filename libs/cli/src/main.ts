import { UserError } from '@id3/core';
import yargs, { type Argv } from 'yargs';
import { Stopped, optionsOf, type Command, type Context, type Option, type Options } from './command.ts';
import { completions } from './completion.ts';
import { nearest } from './nearest.ts';
import { fromWhereOneStands, pathList } from './paths.ts';
import { stopSignal } from './stop-signal.ts';

/** A command line: a program with commands. */
export interface Program {
  /** As it is typed. */
  readonly name: string;
  readonly version: string;
  readonly commands: readonly Command[];
}

/** Columns of the help, where the terminal has as many. */
const HELP_WIDTH = 110;
/** Options that yargs answers, and what else it puts beside a command's. */
const OWN_OPTIONS = ['help', 'version'];
const YARGS_OWN = [...OWN_OPTIONS, '_', '$0'];

/**
 * Runs what was typed after the program's name, to its exit code: 0; 1 after an error, of which a person who can mend it reads one
 * sentence, and anybody else the stack; or 130 where it was stopped.
 */
export async function main(program: Program, words: readonly string[]): Promise<void> {
  try {
    // What the shell asks: the whole line, from the program's name on.
    if (words[0] === '--get-yargs-completions')
      for (const word of await completions(program.commands, words.slice(2))) console.log(word);
    else await (await understood(program, words))?.();
  } catch (error) {
    process.exitCode = error instanceof Stopped ? 130 : 1;
    console.error(error instanceof UserError || error instanceof Stopped ? error.message : error);
  }
}

type Work = () => Promise<void> | void;

/** What the words ask for; undefined where yargs has answered them (`--help`, `--version`, `completion`). */
async function understood(program: Program, words: readonly string[]): Promise<Work | undefined> {
  const chosen = program.commands.find(({ name }) => name === words[0]);
  if (chosen === undefined) refuseUnless(program, words[0] ?? '--help');
  let work: Work | undefined;
  const parser = parserOf(program);
  for (const { name, summary } of program.commands) parser.command(name, summary);
  if (chosen !== undefined) {
    const options = await optionsOf(chosen);
    parser.command(
      chosen.name,
      chosen.summary,
      (builder) => describe(builder, program.name, chosen, options),
      (given) => {
        const { values, fields } = split(given, options);
        const context: Context = {
          words: words.slice(1),
          fields,
          get signal() {
            return stopSignal();
          },
        };
        work = () => chosen.run(values, context);
      },
    );
  }
  parser.completion('completion', 'Prints what bash or zsh needs to complete commands, options and values.');
  await parser.parseAsync(words.length === 0 ? ['--help'] : [...words]);
  return work;
}

function parserOf({ name, version }: Program): Argv {
  return (
    yargs()
      .scriptName(name)
      .usage('$0 <command> [options]')
      .locale('en')
      .parserConfiguration({
        'dot-notation': false,
        'camel-case-expansion': false,
        'parse-numbers': false,
        'parse-positional-numbers': false,
        'boolean-negation': false,
      })
      .wrap(Math.min(HELP_WIDTH, process.stdout.columns || HELP_WIDTH))
      .version(version)
      .epilogue(
        `${name} <command> --help tells a command's options.\n` +
          `source <(${name} completion) completes them in this shell, where the PATH has ${name}.`,
      )
      .exitProcess(false)
      // Of its own errors yargs has the message alone or a YError.
      .fail((message, error) => {
        throw error === undefined || error.name === 'YError' ? new UserError(message) : error;
      })
  );
}

/** Throws a UserError where a first word that is no command is nothing that yargs answers either. */
function refuseUnless({ name, commands }: Program, word: string): void {
  if (['completion', ...OWN_OPTIONS.map((option) => `--${option}`)].includes(word)) return;
  const known = commands.map((command) => command.name);
  throw new UserError(`There is no command "${word}"; ${hint(word, known, '', `${name} --help lists all`)}`);
}

/** Tells yargs what a command understands. */
function describe(builder: Argv, program: string, command: Command, options: Options): Argv {
  const { name, target, summary, details, examples = [] } = command;
  builder
    .usage([`$0 ${name} [options]`, summary, ...(details === undefined ? [] : [details])].join('\n\n'))
    .epilogue(`As Nx target: npx nx run ${target} --OPTION=VALUE; with the word -- before --help.`)
    .middleware((given) => refuseWrong(command, options, given), true);
  for (const [option, described] of Object.entries(options))
    builder.option(option, {
      ...described,
      ...(described.path ? unsaidDefault(described) : {}),
      ...(described.type === 'boolean' ? {} : { type: 'string', coerce: checked(option, described) }),
    });
  for (const [words, effect] of examples) builder.example(`${program} ${name} ${words}`, effect);
  return builder;
}

/** A path's default is told in the help and put in by {@link split}: yargs would hand it on as if it had been typed. */
const unsaidDefault = ({ default: path, defaultDescription }: Option): Option => ({
  default: undefined,
  defaultDescription: defaultDescription ?? (path === undefined ? undefined : JSON.stringify(path)),
});

/** Throws a UserError where words are no options, options are not known, or needed ones are missing. */
function refuseWrong({ fields }: Command, options: Options, given: Record<string, unknown>): void {
  if (OWN_OPTIONS.some((option) => given[option] === true)) return;
  const [, word] = given._ as string[];
  if (word !== undefined)
    throw new UserError(
      `The argument "${word}" is not understood; options are written --name=value (--help lists all).`,
    );
  const { values, fields: others } = split(given, options);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined && fields === undefined)
    throw new UserError(
      `There is no option --${unknown}; ${hint(unknown, Object.keys(options), '--', '--help lists all')}`,
    );
  const missing = Object.keys(options).filter(
    (option) => options[option].demandOption === true && values[option] === undefined,
  );
  if (missing.length > 0)
    throw new UserError(
      `Give a value for ${missing.map((option) => `--${option}`).join(', ')} (--help lists all).`,
    );
}

/** What to do about a word that is not known. */
function hint(word: string, known: readonly string[], dashes: string, otherwise: string): string {
  const meant = nearest(word, known);
  if (meant === undefined) return `${otherwise}.`;
  return `did you mean ${dashes === '' ? `"${meant}"` : dashes + meant}?`;
}

/** Separates a command's options from others; a path that is not given gets its default. */
function split(
  given: Record<string, unknown>,
  options: Options,
): { values: Record<string, unknown>; fields: Record<string, unknown> } {
  const values: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given))
    if (Object.hasOwn(options, name)) values[name] = value ?? (options[name].path && options[name].default);
    else if (!YARGS_OWN.includes(name)) fields[name] = value;
  return { values, fields };
}

/** From what was typed for an option to its value. A default that is no text is a value already. */
function checked(name: string, option: Option): (given: unknown) => unknown {
  const { choices, coerce, path, words = [] } = option;
  const standing = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(standing)
      : typeof value === 'string'
        ? fromWhereOneStands(value)
        : value;
  return (given) => {
    // Given several times, each is one path, commas and all.
    if (coerce === pathList && Array.isArray(given) && !given.includes('')) return standing(given);
    if (given === '' || Array.isArray(given))
      throw new UserError(`The option --${name} needs one value, as in --${name}=VALUE.`);
    if (typeof given !== 'string') return given;
    try {
      if (choices !== undefined && !choices.includes(given)) throw new Error(`one of ${choices.join(', ')}`);
      const value: unknown = coerce === undefined ? given : coerce(given);
      return path && !words.includes(given) ? standing(value) : value;
    } catch (error) {
      throw new UserError(`The option --${name} is "${given}"; expected ${(error as Error).message}.`);
    }
  };
}
