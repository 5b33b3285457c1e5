import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { nfc } from './folder.ts';

/** CFP's list of names, a line for each of its numbered folders. */
const NAMES_FILE = 'list_name.txt';

/** The names of numbered people: of number n, counted from 1. */
export type NumberedNames = (number: string) => string | undefined;

/** The names in a folder that has a list of them; undefined where it has none. */
export function numberedNames(folder: string): NumberedNames | undefined {
  const path = join(folder, NAMES_FILE);
  if (!existsSync(path)) return undefined;
  const names = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((name) => nfc(name.trim()));
  return (number) => names[Number(number) - 1] || undefined;
}

/** The names of people whose folders in `source` are numbers, from a list in it or beside it (`Data/Images` and `Data/list_name.txt`); undefined where there is none for each. */
export function namesOfFolders(source: string, people: readonly string[]): NumberedNames | undefined {
  if (people.some((person) => !/^\d+$/.test(person))) return undefined;
  const names = numberedNames(source) ?? numberedNames(dirname(resolve(source)));
  return names !== undefined && people.every((person) => names(person) !== undefined) ? names : undefined;
}

/**
 * Who is on a picture of a benchmark, from its path in the list: `Al_Pacino/Al_Pacino_0001.jpg` (LFW), `…/Images/001/frontal/01.jpg` (CFP, by its
 * list of names), `0_MariaCallas_35_f.jpg` (AgeDB), `Al_Pacino_0001.jpg` (CALFW, CPLFW). Undefined where the path does not tell.
 */
export function personOf(format: string, file: string, names: NumberedNames | undefined): string | undefined {
  const stem = basename(file).replace(/\.\w+$/, '');
  switch (format) {
    case 'lfw':
      return basename(dirname(file));
    case 'cfp-ff':
    case 'cfp-fp': {
      const number = /(?:^|\/)Images\/(\d+)\//.exec(file)?.[1];
      return number && names?.(number);
    }
    case 'agedb-30':
      return /^\d+_(.+)_\d+_[mf]$/i.exec(stem)?.[1];
    case 'calfw':
    case 'cplfw':
      return /^(.+)_\d+$/.exec(stem)?.[1];
    default:
      return undefined;
  }
}
