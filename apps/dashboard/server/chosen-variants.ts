import { listVariantArtefacts, type Readable, type VariantArtefact } from '@id3/tracking';
import type { PickedVariant } from '../components/variant-picker.tsx';
import type { Search } from './page.tsx';

/** Which datasets a view shows: one, and those it is set beside; all of one experiment's run. */
export interface ChosenVariants {
  /** Every variant whose dataset f has looked at. */
  readonly all: readonly VariantArtefact[];
  readonly chosen: VariantArtefact;
  readonly beside: readonly VariantArtefact[];
}

/** What `?variant=3&with=4,5` chooses; the newest experiment's first where it chooses nothing that is there. */
export function chosenVariants(db: Readable, search: Search): ChosenVariants | undefined {
  const all = listVariantArtefacts(db, 'inspection');
  const chosen = all.find(({ variantId }) => String(variantId) === search.variant) ?? all[0];
  if (chosen === undefined) return undefined;
  const wanted = (search.with ?? '').split(',');
  const beside = all.filter(
    ({ variantId, experimentRunId }) =>
      wanted.includes(String(variantId)) &&
      variantId !== chosen.variantId &&
      experimentRunId === chosen.experimentRunId,
  );
  return { all, chosen, beside };
}

/** What the picker in the browser needs of the choice. */
export function forPicker({ all, chosen, beside }: ChosenVariants) {
  const picked = ({ variantId, title, experimentRunId, experiment }: VariantArtefact): PickedVariant => ({
    variantId,
    title,
    experimentRunId,
    experiment,
  });
  return { all: all.map(picked), chosen: picked(chosen), beside: beside.map(picked) };
}
