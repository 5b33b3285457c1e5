'use client';

import { useState } from 'react';
import type { ConfigLine } from '../../server/run.ts';
import { Scroll } from '../table.tsx';

/** The run's config; what differs from the experiment's base first, or everything. */
export function ConfigTable({ lines, base }: { lines: readonly ConfigLine[]; base: number | undefined }) {
  const changed = lines.filter((line) => line.base !== undefined);
  const [all, setAll] = useState(changed.length === 0);
  return (
    <section>
      <div className="controls">
        <h2>Config</h2>
        {base !== undefined && (
          <span className="segments">
            <button type="button" aria-pressed={!all} onClick={() => setAll(false)}>
              Changed {changed.length}
            </button>
            <button type="button" aria-pressed={all} onClick={() => setAll(true)}>
              All {lines.length}
            </button>
          </span>
        )}
      </div>
      {!all && changed.length === 0 ? (
        <p className="quiet">Nothing differs from the base, run {base}.</p>
      ) : (
        <Scroll label="Config" className="config">
          <table>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Value</th>
                {changed.length > 0 && <th scope="col">Base (run {base})</th>}
              </tr>
            </thead>
            <tbody>
              {(all ? lines : changed).map(({ path, value, base: other }) => (
                <tr key={path} data-changed={other !== undefined}>
                  <th scope="row">
                    <code>{path}</code>
                  </th>
                  <td>
                    <code>{value}</code>
                  </td>
                  {changed.length > 0 && (
                    <td className="quiet">
                      <code>{other}</code>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
