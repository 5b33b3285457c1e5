import type { InferredOptionTypes, Options as YargsOption } from 'yargs';

/**
 * One option of a command, as yargs takes it. `coerce` gets the text that was typed and says by an error what it expected
 * instead; the sentence around that is made here.
 */
export interface Option extends YargsOption {
  /** The value is a path, or with `coerce: pathList` several. Where Nx runs the command, one that was typed counts from where the person stands, a default from the workspace's root. */
  readonly path?: true;
  /** What may stand for a path and is none, such as the name of something built in. */
  readonly words?: readonly string[];
  /** Words to complete the value with, where `choices` does not say them. */
  readonly complete?: () => Promise<readonly string[]>;
}

/** Options by name, without dashes. */
export type Options = Readonly<Record<string, Option>>;

/** What a command gets: the value of each option; undefined where it may be left out, was, and has no default. */
export type Values<O extends Options> = InferredOptionTypes<O>;

/** What a command gets besides its values. */
export interface Context {
  /** The words after the command's name, as they were typed. */
  readonly words: readonly string[];
  /** Options that are fields of something, by name, where the command has `fields`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /**
   * Aborted by Ctrl-C or SIGTERM. Whoever reads it takes on to stop by itself and then to throw {@link Stopped}; a command that
   * does not is ended at once. A second Ctrl-C always ends at once.
   */
  readonly signal: AbortSignal;
}

/** One command of `id3`: what it is called, what it understands and what it does. */
export interface Command<O extends Options = Options> {
  /** As it is typed: `import` for `id3 import`. */
  readonly name: string;
  /** The Nx target that runs it: `tools:import` for `nx run tools:import`. */
  readonly target: string;
  /** One sentence, for the list of commands. */
  readonly summary: string;
  /** What else a person should know before using it. */
  readonly details?: string;
  /** What follows `id3 <name>`, and what it does. */
  readonly examples?: readonly (readonly [words: string, effect: string])[];
  /** A function where they need packages that take long to load. */
  readonly options: O | (() => Promise<O>);
  /**
   * Allows options `--FIELD=VALUE` beyond those listed, such as the fields of a config, and gives the fields with the words that
   * complete their values. The command itself refuses fields that there are not.
   */
  readonly fields?: () => Promise<ReadonlyMap<string, readonly string[]>>;
  /** Packages that take long to load are loaded here, so that help and completion are quick. */
  run(values: Values<O>, context: Context): void | Promise<void>;
}

/** A command, with the types of its values taken from its options. */
export const command = <const O extends Options>(definition: Command<O>): Command => definition;

/** Thrown when a command has stopped because it was asked to; the message says what can be done next. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** A command's options; packages that they need are loaded here. */
export const optionsOf = async ({ options }: Command): Promise<Options> =>
  typeof options === 'function' ? options() : options;
