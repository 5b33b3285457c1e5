'use client';

import type { RunRow } from '@id3/tracking';
import { useQuery } from '../use-query.ts';

type PickedRun = Pick<RunRow, 'id' | 'name'>;

/** Ticks runs to compare: those chosen, and the verified recognisers of the newest experiment; any other by its number. */
export function RunPicker(props: { suggested: readonly PickedRun[]; chosen: readonly PickedRun[] }) {
  const { suggested, chosen } = props;
  const [, change] = useQuery();
  const ids = chosen.map(({ id }) => id);
  const listed = [...chosen, ...suggested.filter(({ id }) => !ids.includes(id))];
  const set = (next: readonly number[]) => change({ runs: next.join(',') });
  return (
    <>
      <details className="menu">
        <summary>{ids.length === 0 ? 'Choose runs' : `${ids.length} runs`}</summary>
        <div className="items">
          {listed.map(({ id, name }) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={ids.includes(id)}
                onChange={() => set(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id])}
              />
              <span className="number quiet">{id}</span> {name}
            </label>
          ))}
        </div>
      </details>
      <form
        key={ids.join()}
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          change({ runs: String(new FormData(event.currentTarget).get('runs')) });
        }}
      >
        <label>
          Runs{' '}
          <input
            type="text"
            name="runs"
            size={18}
            defaultValue={ids.join(', ')}
            placeholder="numbers, such as 12, 15"
          />
        </label>
        <button type="submit">Compare</button>
      </form>
    </>
  );
}
