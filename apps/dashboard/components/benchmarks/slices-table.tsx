import type { SliceMeasure, SliceTable } from '../../server/slices.ts';
import { NumberHead, Scroll } from '../table.tsx';

/** Slices of a benchmark × variants, grouped by what they are sliced by. */
export function SlicesTable({ table, measure }: { table: SliceTable; measure: SliceMeasure }) {
  const { rows, variants } = table;
  const groups = [...new Set(rows.map(({ by }) => by))];
  return (
    <Scroll label="Slices">
      <table className="pinned slices">
        <caption className="visually-hidden">
          {measure} in percent of each slice of the benchmark&apos;s pairs
        </caption>
        <thead>
          <tr>
            <th scope="col">Pairs</th>
            <NumberHead>Number</NumberHead>
            {variants.map(({ variantId, title }) => (
              <NumberHead key={variantId}>{title}</NumberHead>
            ))}
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group}>
            <tr>
              <th scope="rowgroup" className="group" colSpan={2 + variants.length}>
                By {group}
              </th>
            </tr>
            {rows
              .filter(({ by }) => by === group)
              .map(({ name, pairs, values }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="number quiet">{pairs}</td>
                  {values.map((value, k) => (
                    <td key={variants[k].variantId} className="number">
                      {value === null ? <span className="quiet">–</span> : (100 * value).toFixed(1)}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </Scroll>
  );
}
