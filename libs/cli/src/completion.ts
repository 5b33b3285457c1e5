import { optionsOf, type Command, type Option } from './command.ts';

/** A word to offer, and what it means. */
type Offer = readonly [word: string, meaning?: string];

/**
 * What can be typed next, for the shell's functions that `completion` prints. `line` is what follows the program's name up to the
 * cursor, its last word begun or empty. bash takes `--profile=sm` apart at `=` and wants the value alone; zsh does not.
 */
export async function completions(commands: readonly Command[], line: readonly string[]): Promise<string[]> {
  const current = line.at(-1) ?? '';
  const command = line.length > 1 ? commands.find(({ name }) => name === line[0]) : undefined;
  const offers: Offer[] =
    command !== undefined
      ? await offersOf(command, line.slice(1, -1), current)
      : line.length > 1
        ? []
        : [
            ...commands.map(({ name, summary }): Offer => [name, summary]),
            ['completion'],
            ['--help'],
            ['--version'],
          ];
  return offers.filter(([word]) => word.startsWith(current)).map(forShell);
}

async function offersOf(command: Command, before: readonly string[], current: string): Promise<Offer[]> {
  const options = await optionsOf(command);
  const valuesOf = async (name: string, begun: string): Promise<Offer[]> => {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    const words = option === undefined ? (await command.fields?.())?.get(name) : await wordsOf(option);
    // Of a list, the item that is being typed.
    const items = begun.slice(0, begun.lastIndexOf(',') + 1);
    return (words ?? []).map((word): Offer => [items + word]);
  };
  const whole = /^--([^=]+)=(.*)$/s.exec(current);
  if (whole !== null)
    return (await valuesOf(whole[1], whole[2])).map(([word]): Offer => [`--${whole[1]}=${word}`]);
  const last = before.at(-1) === '=' ? before.at(-2) : before.at(-1);
  const named = last === undefined ? undefined : /^--([^=]+)$/.exec(last)?.[1];
  const isSwitch = named !== undefined && Object.hasOwn(options, named) && options[named].type === 'boolean';
  if (named !== undefined && !isSwitch && !current.startsWith('-')) return valuesOf(named, current);
  const fields = (await command.fields?.()) ?? new Map<string, readonly string[]>();
  return [
    ...Object.entries(options).map(([name, { describe }]): Offer => [`--${name}`, describe]),
    ...[...fields.keys()].map((name): Offer => [`--${name}`]),
    ['--help'],
  ];
}

const wordsOf = async ({ choices, complete }: Option): Promise<readonly string[]> =>
  choices?.map(String) ?? (await complete?.()) ?? [];

/** zsh shows what a word means. */
function forShell([word, meaning]: Offer): string {
  const { SHELL = '', ZSH_NAME = '' } = process.env;
  if (!`${SHELL} ${ZSH_NAME}`.includes('zsh')) return word;
  const escaped = word.replaceAll(':', '\\:');
  return meaning === undefined ? escaped : `${escaped}:${meaning}`;
}
