import { UserError } from '@id3/core';
import type { Value } from './values.ts';

const OPERATORS = ['!=', '>=', '<=', '=', '>', '<', '~'] as const;
type Operator = (typeof OPERATORS)[number];
/** A field, the first operator after it, and the rest. */
const CONDITION = new RegExp(`^([\\p{L}\\d_.-]+?)(${OPERATORS.join('|')})(.*)$`, 'su');

/** One condition of a query; a run must meet all of them. */
export interface Condition {
  /** The field it is about; undefined for words that the run's name must have in it. */
  readonly field: string | undefined;
  readonly operator: Operator;
  /** Alternatives: one of them must be met, and of `!=` all. */
  readonly values: readonly string[];
}

/**
 * Reads a query such as `variant=full lb>0.6 status!=failed,interrupted name~"seed 1"`: conditions between spaces,
 * each a field, an operator (= != > >= < <= and ~ for "has in it") and values between commas, quoted where they hold
 * spaces. A word alone is looked for in names. Throws a UserError that says where the query cannot be read.
 */
export function parseQuery(query: string): Condition[] {
  return words(query).map((word) => {
    const found = CONDITION.exec(word.text);
    const operator = OPERATORS.find((one) => one === found?.[2]);
    if (found === null || operator === undefined) {
      const stray = OPERATORS.find((one) => word.text.startsWith(one));
      if (stray !== undefined)
        throw new UserError(
          `The filter has "${word.text}" without a field before it, at character ${word.at + 1}.`,
        );
      return { field: undefined, operator: '~', values: [unquoted(word.text)] };
    }
    const [, field, , rest] = found;
    const values = split(rest, ',').map(({ text }) => unquoted(text));
    if (values.length === 0 || values.some((value) => value === '' && rest !== '""'))
      throw new UserError(
        `The filter has no value after "${field}${operator}", at character ${word.at + 1}.`,
      );
    if (isOrder(operator) && !values.every(isNumber))
      throw new UserError(`The filter compares ${field} with "${values[0]}"; ${operator} needs a number.`);
    return { field, operator, values };
  });
}

/** Whether a run meets all conditions; `valueOf` gives the run's value of a field. */
export function meets(conditions: readonly Condition[], valueOf: (field: string) => Value): boolean {
  return conditions.every(({ field, operator, values }) => {
    const value = valueOf(field ?? 'name');
    if (operator === '!=') return !values.some((text) => equals(value, text));
    return values.some((text) => holds(value, operator, text));
  });
}

function holds(value: Value, operator: Operator, text: string): boolean {
  if (operator === '=' || operator === '!=') return equals(value, text);
  if (value === null || value === undefined) return false;
  switch (operator) {
    case '~':
      return listOf(value).some((one) => String(one).toLowerCase().includes(text.toLowerCase()));
    case '>':
      return Number(value) > Number(text);
    case '>=':
      return Number(value) >= Number(text);
    case '<':
      return Number(value) < Number(text);
    case '<=':
      return Number(value) <= Number(text);
  }
}

function equals(value: Value, text: string): boolean {
  if (value === null || value === undefined) return text === 'none';
  if (typeof value === 'number' && isNumber(text)) return value === Number(text);
  return listOf(value).some((one) => String(one) === text);
}

const listOf = (value: Value): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));
const isOrder = (operator: Operator): boolean => operator.includes('<') || operator.includes('>');
const unquoted = (text: string): string => text.replace(/"/g, '');

interface Word {
  readonly text: string;
  readonly at: number;
}

const words = (query: string): Word[] => split(query, ' \t\n').filter(({ text }) => text !== '');

/** Parts of a text between separators that are not in quotes. */
function split(text: string, separators: string): Word[] {
  const parts: Word[] = [];
  let [start, quotedAt] = [0, -1];
  for (let k = 0; k <= text.length; k++) {
    if (text[k] === '"') quotedAt = quotedAt < 0 ? k : -1;
    if (k < text.length && (quotedAt >= 0 || !separators.includes(text[k]))) continue;
    parts.push({ text: text.slice(start, k), at: start });
    start = k + 1;
  }
  if (quotedAt >= 0)
    throw new UserError(
      `The filter has a quotation mark that is never closed, at character ${quotedAt + 1}.`,
    );
  return parts;
}
