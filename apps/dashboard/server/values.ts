import { flatten } from '@id3/report';

/** A value of a column: text, number, list of tags, or nothing. */
export type Value = string | number | boolean | readonly string[] | null | undefined;

/** A config's leaves as values that a column can show. */
export const leaves = (config: unknown): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(flatten(config)).map(([path, value]) => [
      path,
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : JSON.stringify(value),
    ]),
  );
