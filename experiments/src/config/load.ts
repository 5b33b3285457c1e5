import { nearest } from '@id3/cli';
import { UserError } from '@id3/core';
import type { z } from 'zod';
import { blankOf, configFields, namesIn } from './fields.ts';
import { PROFILES } from './profiles/index.ts';
import type { ProfileName } from './profiles/names.ts';
import { configSchema, type Config } from './schema.ts';

/** Values of a command line by dotted path, such as `diffusion.training.steps` → `'100'`. */
export type Overrides = Record<string, unknown>;

/**
 * The config of a profile with fields overridden. Throws a UserError that names the field and what
 * was expected where a path or value is not allowed.
 */
export const loadConfig = (profile: ProfileName, overrides: Overrides = {}): Config =>
  overridden(PROFILES[profile], overrides);

/** A config with one field set, to a value or to what stands for it on a command line; undefined leaves it out. Throws a UserError as {@link loadConfig}. */
export const withField = (config: Config, path: string, value: unknown): Config =>
  overridden(config, { [path]: value });

function overridden(base: Config, overrides: Overrides): Config {
  const config = structuredClone(base);
  for (const [path, value] of Object.entries(overrides)) override(config, path.split('.'), value);
  const result = configSchema.safeParse(config);
  if (!result.success) throw new UserError(explain(result.error.issues[0], config));
  return result.data;
}

/** Sets one field of a config. */
function override(config: Config, path: string[], value: unknown): void {
  let target = config as unknown as Record<string, unknown>;
  for (const [depth, name] of path.entries()) {
    if (!isGroup(target) || !Object.hasOwn(target, name)) {
      const blank = depth === path.length - 1 ? blankOf(path) : undefined;
      if (blank !== undefined) {
        target[name] = blank;
        break;
      }
      const parent = path.slice(0, depth);
      throw new UserError(unknownField(parent, name, path.slice(depth + 1), isGroup(target) ? target : {}));
    }
    if (depth < path.length - 1) target = target[name] as Record<string, unknown>;
  }
  const last = path[path.length - 1];
  if (isGroup(target[last]))
    throw new UserError(
      `The config field "${path.join('.')}" is a group; set one of its fields (${Object.keys(target[last]).join(', ')}).`,
    );
  // A field that is left out is not there: a stage's inputs are JSON, which knows no undefined.
  if (value === undefined) delete target[last];
  else target[last] = parseValue(value, target[last]);
}

/** A command-line text as the type of the value that it replaces. */
function parseValue(value: unknown, current: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => parseValue(item, (current as unknown[])?.[0]));
  if (typeof value !== 'string') return value;
  if (Array.isArray(current)) {
    // Of numbers that may be left out, or have a word in their place.
    if (typeof current[0] === 'number' && /^[a-z]+$/.test(value)) return value === 'false' ? false : value;
    const items = value.replace(/^\[|\]$/g, '').split(',');
    return items.filter((item) => item !== '').map((item) => parseValue(item.trim(), current[0]));
  }
  if (typeof current === 'number' && value.trim() !== '' && !Number.isNaN(Number(value)))
    return Number(value);
  if (typeof current === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function explain(issue: z.core.$ZodIssue, config: Config): string {
  const path = issue.path.map(String);
  let value: unknown = config;
  for (const name of path) value = (value as Record<string, unknown>)[name];
  const field = configFields(config).find((one) => one.path === path.join('.'));
  const expected =
    issue.code === 'invalid_type' && field !== undefined
      ? `expected ${field.allowed}`
      : issue.message.replace(/^(Invalid \w+|Too \w+): /, '');
  return `The config field "${path.join('.')}" is ${JSON.stringify(value)}; ${expected}.`;
}

function unknownField(
  parent: string[],
  name: string,
  rest: string[],
  group: Record<string, unknown>,
): string {
  const full = (field: string) => [...parent, field, ...rest].join('.');
  const named = namesIn(parent);
  const names = named.length > 0 ? named : Object.keys(group);
  if (names.length === 0)
    return `There is no config field "${full(name)}": "${parent.join('.')}" holds a value, not a group.`;
  const meant = nearest(name, names);
  const hint =
    meant !== undefined
      ? `did you mean "${full(meant)}"?`
      : `${parent.length > 0 ? `"${parent.join('.')}"` : 'the config'} has ${names.join(', ')}.`;
  return `There is no config field "${full(name)}"; ${hint}`;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
