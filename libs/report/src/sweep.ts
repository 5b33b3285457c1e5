import { bySeeds, keyOf } from './levels.ts';
import type { Replicate, VariantResults } from './results.ts';

/** A config as its leaves: dotted path → value. Arrays are leaves. */
export function flatten(config: unknown, path = ''): Record<string, unknown> {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return { [path]: config };
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) =>
      Object.entries(flatten(value, path === '' ? name : `${path}.${name}`)),
    ),
  );
}

/** The fields in which these variants differ, in the order of the first config that has them. */
export function differingFields(variants: readonly Pick<VariantResults, 'config'>[]): string[] {
  const configs = variants.map(({ config }) => flatten(config));
  const fields = [...new Set(configs.flatMap((config) => Object.keys(config)))];
  return fields.filter((field) => new Set(configs.map((config) => JSON.stringify(config[field]))).size > 1);
}

/** Variants of one value of a config field. */
export interface SweepPoint extends VariantResults {
  readonly value: unknown;
  /** The other fields in which its variants differ from the baseline. */
  readonly alsoChanged: readonly string[];
}

/**
 * The results by the value of a config field, numbers in ascending order. There is a point for the baseline and one for each other
 * value; variants that leave the field alone differ in something else and are left out. Variants of equal value are one
 * point, and where several have the same seeds the first is taken; those that change other fields too are used for values that no
 * other has.
 */
export function sweep(variants: readonly VariantResults[], field: string, baseline: string): SweepPoint[] {
  const base = variants.find(({ name }) => name === baseline);
  if (base === undefined) return [];
  const baseFields = flatten(base.config);
  const text = (variant: VariantResults) => JSON.stringify(flatten(variant.config)[field]);
  const changed = variants.filter(
    (variant) => variant === base || (text(variant) !== undefined && text(variant) !== text(base)),
  );
  const alsoChangedIn = ({ config }: VariantResults) =>
    Object.entries(flatten(config)).flatMap(([name, value]) =>
      name !== field && JSON.stringify(value) !== JSON.stringify(baseFields[name]) ? [name] : [],
    );
  const pure = new Set(changed.filter((variant) => alsoChangedIn(variant).length === 0).map(text));
  const points = new Map<string, SweepPoint>();
  for (const variant of changed) {
    const fields = flatten(variant.config);
    const known = points.get(text(variant));
    const also = alsoChangedIn(variant);
    if (also.length > 0 && pure.has(text(variant))) continue;
    points.set(text(variant), {
      name: text(variant),
      title: `${field} = ${text(variant)}`,
      config: variant.config,
      value: fields[field],
      replicates: eachOnce([...(known?.replicates ?? []), ...variant.replicates]),
      alsoChanged: [...new Set([...(known?.alsoChanged ?? []), ...also])],
    });
  }
  return [...points.values()].sort((a, b) => Number(a.value) - Number(b.value) || 0);
}

function eachOnce(replicates: readonly Replicate[]): Replicate[] {
  const first = new Map<string, Replicate>();
  for (const replicate of replicates)
    if (!first.has(keyOf(replicate))) first.set(keyOf(replicate), replicate);
  return [...first.values()].sort(bySeeds);
}
