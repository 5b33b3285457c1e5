'use client';

import type { VariantArtefact } from '@id3/tracking';
import { useQuery } from './use-query.ts';

/** What the picker needs of a variant. */
export type PickedVariant = Pick<VariantArtefact, 'variantId' | 'title' | 'experimentRunId' | 'experiment'>;

/** Chooses the variant that a view shows, and those of the same experiment's run that it is set beside. */
export function VariantPicker(props: {
  all: readonly PickedVariant[];
  chosen: PickedVariant;
  beside: readonly PickedVariant[];
}) {
  const { all, chosen, beside } = props;
  const [, change] = useQuery();
  const experiments = [...new Map(all.map((v) => [v.experimentRunId, v.experiment]))];
  const siblings = all.filter(
    (v) => v.experimentRunId === chosen.experimentRunId && v.variantId !== chosen.variantId,
  );
  const isBeside = (id: number) => beside.some((v) => v.variantId === id);
  const toggle = (id: number) =>
    siblings
      .map((v) => v.variantId)
      .filter((other) => (other === id ? !isBeside(id) : isBeside(other)))
      .join(',');
  return (
    <>
      <label>
        Dataset{' '}
        <select
          value={chosen.variantId}
          onChange={(event) => change({ variant: event.target.value, with: undefined, from: undefined })}
        >
          {experiments.map(([id, name]) => (
            <optgroup key={id} label={`${name}, run ${id}`}>
              {all
                .filter((v) => v.experimentRunId === id)
                .map((v) => (
                  <option key={v.variantId} value={v.variantId}>
                    {v.title}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      {siblings.length > 0 && (
        <details className="menu">
          <summary>{beside.length === 0 ? 'Set beside' : `Beside ${beside.length} more`}</summary>
          <div className="items">
            {siblings.map((v) => (
              <label key={v.variantId}>
                <input
                  type="checkbox"
                  checked={isBeside(v.variantId)}
                  onChange={() => change({ with: toggle(v.variantId) })}
                />
                {v.title}
              </label>
            ))}
          </div>
        </details>
      )}
    </>
  );
}
