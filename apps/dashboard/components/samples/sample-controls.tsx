'use client';

import { useQuery } from '../use-query.ts';
import { ORDERS, RANKINGS, type Order, type Ranking } from './faces.ts';

/** What the grid shows: identities, the worst of them, or single faces by a ranking. */
export type Show = 'identities' | 'worst-identities' | Ranking;

const ORDER_TITLES: Record<Order, string> = { yaw: 'Yaw', age: 'Age', made: 'As made' };

export function SampleControls(props: {
  order: Order;
  show: Show;
  /** Which identities are shown; absent where single faces are. */
  pages: { from: number; count: number; total: number } | undefined;
}) {
  const { order, show, pages } = props;
  const [, change] = useQuery();
  return (
    <div className="controls">
      <label>
        Show{' '}
        <select
          value={show}
          onChange={(event) =>
            change({
              show: event.target.value === 'identities' ? undefined : event.target.value,
              from: undefined,
            })
          }
        >
          <option value="identities">identities in order</option>
          <option value="worst-identities">identities, worst first</option>
          <optgroup label="Single faces">
            {Object.entries(RANKINGS).map(([name, { title }]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {pages !== undefined && (
        <>
          <span className="field" role="group" aria-label="Order of the images">
            <span className="quiet">Order by</span>
            <span className="segments">
              {ORDERS.map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={one === order}
                  onClick={() => change({ order: one === 'yaw' ? undefined : one })}
                >
                  {ORDER_TITLES[one]}
                </button>
              ))}
            </span>
          </span>
          <span className="field">
            <button
              type="button"
              disabled={pages.from === 0}
              onClick={() => change({ from: String(Math.max(0, pages.from - pages.count)) })}
            >
              Previous
            </button>
            <span className="number quiet">
              {pages.from + 1}–{Math.min(pages.total, pages.from + pages.count)} of {pages.total}
            </span>
            <button
              type="button"
              disabled={pages.from + pages.count >= pages.total}
              onClick={() => change({ from: String(pages.from + pages.count) })}
            >
              Next
            </button>
          </span>
        </>
      )}
    </div>
  );
}
