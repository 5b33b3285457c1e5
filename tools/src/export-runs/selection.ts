import { UserError } from '@id3/core';
import { listExperiments, type Reader } from '@id3/tracking';

/** What is exported of a tracking database. */
export interface Selection {
  readonly reader: Reader;
  /** The newest first. */
  readonly experiments: readonly { readonly id: number; readonly name: string; readonly createdAt: number }[];
  /** Set where only this one is exported. */
  readonly experimentId: number | undefined;
}

/** All experiments, or one by name. Throws a UserError where there is none, or none of that name. */
export function select(reader: Reader, experiment: string | undefined): Selection {
  const all = listExperiments(reader);
  if (all.length === 0)
    throw new UserError(
      `${reader.path} has no experiment yet; \`npx nx run experiments:ablation\` makes one.`,
    );
  if (experiment === undefined) return { reader, experiments: all, experimentId: undefined };
  const found = all.find(({ name }) => name === experiment);
  if (found === undefined) {
    const names = all.slice(0, 10).map(({ name }) => name);
    throw new UserError(
      `${reader.path} has no experiment "${experiment}"; the newest of its ${all.length} are ${names.join(', ')}.`,
    );
  }
  return { reader, experiments: [found], experimentId: found.id };
}
