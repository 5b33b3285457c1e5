import { z } from 'zod';
import { configSchema, type Config } from './schema.ts';

/** One field of the config. */
export interface Field {
  /** As in `--diffusion.training.steps=100`. */
  readonly path: string;
  /** Undefined where it may be left out and is. */
  readonly value: unknown;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** The values, where they can be listed. */
  readonly choices: readonly string[];
  /** It names a file or folder, or as a list several; nothing where it is empty. */
  readonly isPath: boolean;
  readonly isList: boolean;
}

type Schema = z.core.JSONSchema.BaseSchema;

/** Every field of a config, in the schema's order. What it leaves out cannot be set on a command line either. */
export const configFields = (config: Config): Field[] => fieldsOf(z.toJSONSchema(configSchema), config, []);

function fieldsOf(schema: Schema, value: unknown, path: readonly string[]): Field[] {
  if (schema.properties === undefined)
    return [
      {
        path: path.join('.'),
        value,
        allowed: inWords(schema),
        choices: choicesOf(schema),
        isPath: isPath(isSchema(schema.items) ? schema.items : schema),
        isList: schema.type === 'array',
      },
    ];
  return Object.entries(schema.properties).flatMap(([name, inner]) =>
    isSchema(inner) ? fieldsOf(inner, Reflect.get(Object(value), name), [...path, name]) : [],
  );
}

/** The schema of a field or a group; undefined where there is none. */
function schemaAt(path: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = z.toJSONSchema(configSchema);
  for (const name of path) {
    const inner: unknown = schema?.properties?.[name];
    schema = isSchema(inner) ? inner : undefined;
  }
  return schema;
}

/** The names in a group, those that may be left out among them; none where it is no group. */
export const namesIn = (group: readonly string[]): string[] => Object.keys(schemaAt(group)?.properties ?? {});

/** A value of the type of a field that may be left out; undefined where there is no such field. */
export function blankOf(path: readonly string[]): unknown {
  const schema = schemaAt(path);
  return schema && blankValue(schema);
}

function blankValue({ type, items }: Schema): unknown {
  if (type === 'array') return [isSchema(items) ? blankValue(items) : ''];
  if (type === 'integer' || type === 'number') return 0;
  return type === 'boolean' ? false : '';
}

function choicesOf({ enum: values, type, const: constant, anyOf, items }: Schema): string[] {
  if (values !== undefined) return values.map(String);
  if (constant !== undefined) return [String(constant)];
  if (type === 'boolean') return ['true', 'false'];
  if (anyOf !== undefined) return anyOf.filter(isSchema).flatMap(choicesOf);
  // Of a list, what each item may be.
  return isSchema(items) ? choicesOf(items) : [];
}

function inWords(schema: Schema): string {
  const { type, anyOf, prefixItems, items } = schema;
  if (anyOf !== undefined) return anyOf.filter(isSchema).map(inWords).join(', or ');
  if (type === 'array') {
    if (prefixItems !== undefined) return prefixItems.filter(isSchema).map(inWords).join(', then ');
    return `a list of: ${isSchema(items) ? inWords(items) : 'anything'}`;
  }
  const choices = choicesOf(schema);
  if (choices.length > 0) return choices.join(' | ');
  if (type === 'integer' || type === 'number') return numberInWords(schema);
  return isPath(schema) ? 'a path' : type === 'string' ? 'text' : 'anything';
}

function numberInWords({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
}: Schema): string {
  const bounds = [
    ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? [`≥ ${minimum}`] : []),
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? [`≤ ${maximum}`] : []),
    ...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
    ...(multipleOf === undefined ? [] : [`a multiple of ${multipleOf}`]),
  ];
  return [type === 'integer' ? 'whole number' : 'number', ...bounds].join(' ').replace(/ (≤|<|a)/g, ', $1');
}

const isPath = (schema: Schema): boolean => schema.path === true;

const isSchema = (schema: unknown): schema is Schema => typeof schema === 'object' && !Array.isArray(schema);
