import { UserError } from '@id3/core';
import { contiguousFolds } from './folds.ts';

/** A pair of a verification list: paths of two pictures as the list implies them. */
export interface ListedPair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** 0-based. */
  readonly fold: number;
}

/** LFW's folds, which AgeDB-30, CALFW and CPLFW took over. */
const FOLDS = 10;

/**
 * LFW's `pairs.txt` (Huang et al. 2007, View 2): a line `folds<tab>n`, then for each fold n lines `name i j` of one person
 * and n lines `name i name j` of two. Of a list from which pairs were taken each fold has what is left. The pictures are `name/name_0001.jpg`. Throws a UserError that names a bad line.
 */
export function parseLfwPairs(text: string, name: string): ListedPair[] {
  const [head, ...lines] = linesOf(text, name);
  const [folds, perKind] = head.fields.map(Number);
  if (!/^\d{1,3}[\t ]+\d{1,6}$/.test(head.text) || folds < 2 || perKind < 1)
    refuse(name, head, 'the numbers of folds (at least 2) and of pairs of each kind, as in "10 300"');
  const whole = lines.length === folds * perKind * 2;
  const places = whole ? wholePlaces(lines.length, perKind) : placesByKind(lines);
  if (!whole && (lines.length > folds * perKind * 2 || places.at(-1)?.fold !== folds - 1))
    throw new UserError(
      `${name} announces ${folds} × 2 × ${perKind} pairs but lists ${lines.length}; get the file again.`,
    );
  const picture = (person: string, line: Line, take: string) =>
    /^\d{1,4}$/.test(take)
      ? `${person}/${person}_${take.padStart(4, '0')}.jpg`
      : refuse(name, line, 'the number of a picture');
  return lines.map((line, i) => {
    const { same, fold } = places[i];
    const { fields } = line;
    if (fields.length !== (same ? 3 : 4))
      refuse(name, line, same ? 'a pair of one person (name i j)' : 'a pair of two people (name i name j)');
    const [first, i1, second, i2] = same ? [fields[0], fields[1], fields[0], fields[2]] : fields;
    return {
      a: picture(first, line, i1),
      b: picture(second, line, i2),
      same,
      fold,
    };
  });
}

type Place = Pick<ListedPair, 'same' | 'fold'>;

/** Where pairs of a whole list stand: in each fold those of one person, then those of two. */
const wholePlaces = (count: number, perKind: number): Place[] =>
  Array.from({ length: count }, (_, i) => ({
    same: Math.floor(i / perKind) % 2 === 0,
    fold: Math.floor(i / (2 * perKind)),
  }));

/** The same of a list from which pairs were taken: a fold begins where a pair of one person follows one of two. */
function placesByKind(lines: readonly Line[]): Place[] {
  let fold = 0;
  return lines.map(({ fields }, i) => {
    const same = fields.length === 3;
    if (same && i > 0 && lines[i - 1].fields.length !== 3) fold++;
    return { same, fold };
  });
}

/**
 * The list of AgeDB-30 (also of CFP-FP and others) as aligned copies carry it: lines `picture picture 1|0`, in which 1 (or
 * anything above 0) says one person; ten folds of equal length in file order.
 */
export function parseFlaggedPairs(text: string, name: string): ListedPair[] {
  const lines = linesOf(text, name);
  const folds = contiguousFolds(lines.length, FOLDS);
  return lines.map((line, i) => {
    const [a, b, flag] = line.fields;
    if (line.fields.length !== 3 || !/^-?\d{1,2}$/.test(flag))
      refuse(name, line, 'two pictures and a flag (1 for one person)');
    return { a, b, same: Number(flag) > 0, fold: folds[i] };
  });
}

/**
 * `pairs_CALFW.txt` and `pairs_CPLFW.txt`: two lines a pair, each `picture number`, where 0 says two people. CALFW numbers the folds of
 * pairs of one person 1 … 10 and says nothing of the others' folds; CPLFW numbers none (always 1). Folds that are not
 * stated are tenths of the pairs of a kind in file order, so every fold has 300 + 300 pairs as in LFW.
 */
export function parseCrossLfwPairs(text: string, name: string): ListedPair[] {
  const lines = linesOf(text, name);
  if (lines.length % 2 === 1)
    throw new UserError(`${name} has ${lines.length} lines; pairs take two lines each: get the file again.`);
  const pairs = Array.from({ length: lines.length / 2 }, (_, i) => {
    const [first, second] = lines.slice(2 * i, 2 * i + 2);
    for (const line of [first, second])
      if (line.fields.length !== 2 || !/^\d{1,2}$/.test(line.fields[1]) || Number(line.fields[1]) > FOLDS)
        refuse(name, line, `a picture and a number from 0 to ${FOLDS}`);
    if (first.fields[1] !== second.fields[1])
      refuse(name, second, `the number of the line before it, ${first.fields[1]}`);
    return { a: first.fields[0], b: second.fields[0], number: Number(first.fields[1]) };
  });
  const same = pairs.filter(({ number }) => number > 0);
  const stated = same.some(({ number }) => number > 1);
  const tenths = {
    same: contiguousFolds(same.length, FOLDS),
    different: contiguousFolds(pairs.length - same.length, FOLDS),
  };
  const seen = { same: 0, different: 0 };
  return pairs.map(({ a, b, number }) => {
    const kind = number > 0 ? 'same' : 'different';
    const tenth = tenths[kind][seen[kind]++];
    return { a, b, same: number > 0, fold: stated && number > 0 ? number - 1 : tenth };
  });
}

/** The texts of CFP's `Protocol/` (Sengupta et al. 2016) that one of its two protocols needs. */
export interface CfpProtocol {
  /** `Pair_list_F.txt`, and the list that second pictures are of: `Pair_list_P.txt` (FP) or the same (FF). */
  readonly first: string;
  readonly second: string;
  /** `Split/<FP|FF>/<01…10>/same.txt` and `diff.txt`, a split a fold. */
  readonly splits: readonly { readonly same: string; readonly different: string }[];
}

/**
 * CFP's pairs: the lists give a picture's path for each number, the splits pairs of numbers `i,j`. Paths are relative
 * to `Protocol/`. `name` is what error messages call the protocol's folder.
 */
export function parseCfpProtocol({ first, second, splits }: CfpProtocol, name: string): ListedPair[] {
  const pictures = [first, second].map((text) => {
    const list = new Map<string, string>();
    for (const line of linesOf(text, `${name}/Pair_list`)) {
      if (line.fields.length !== 2 || !/^\d+$/.test(line.fields[0]))
        refuse(`${name}/Pair_list`, line, 'a number and a picture');
      list.set(String(Number(line.fields[0])), line.fields[1]);
    }
    return list;
  });
  return splits.flatMap((split, fold) =>
    (['same', 'different'] as const).flatMap((kind) => {
      const file = `${name}, split ${fold + 1}, ${kind}`;
      return linesOf(split[kind], file).map((line) => {
        const numbers = line.text.split(',').map((part) => part.trim());
        const [a, b] = numbers.map((number, k) => pictures[k]?.get(String(Number(number))));
        if (numbers.length !== 2 || a === undefined || b === undefined)
          return refuse(file, line, 'two numbers of the picture lists, as in "1,14"');
        return { a, b, same: kind === 'same', fold };
      });
    }),
  );
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly fields: string[];
}

/** The lines that are not empty, their fields parted by tabs or spaces. Throws a UserError where there are none. */
function linesOf(text: string, name: string): Line[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, text: line.trim(), fields: line.trim().split(/[\t ]+/) }))
    .filter((line) => line.text !== '');
  if (lines.length === 0) throw new UserError(`${name} lists no pairs; get the file again.`);
  return lines;
}

function refuse(name: string, line: Line, expected: string): never {
  throw new UserError(
    `${name}, line ${line.number}: ${JSON.stringify(line.text.slice(0, 80))} is not ${expected}; mend the line, or get the file again.`,
  );
}
