import Link from 'next/link';
import type { Leaderboard } from '../../server/leaderboard.ts';
import { NumberHead, Scroll } from '../table.tsx';

/** Configs of ours and published methods by their average; the best of each column stands out. */
export function LeaderboardTable({ board, caption }: { board: Leaderboard; caption: string }) {
  const { benchmarks, entries } = board;
  const best = benchmarks.map((name) => Math.max(...entries.map(({ accuracy }) => accuracy[name] ?? 0)));
  const bestAverage = Math.max(...entries.map(({ average }) => average ?? 0));
  return (
    <Scroll label={caption}>
      <table className="pinned leaderboard">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">From</th>
            <th scope="col">Trained on</th>
            <NumberHead>Images</NumberHead>
            <NumberHead>Pixels</NumberHead>
            {benchmarks.map((name) => (
              <NumberHead key={name}>{name}</NumberHead>
            ))}
            <NumberHead>Average</NumberHead>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ key, title, detail, training, accuracy, average, ours, published }) => (
            <tr key={key}>
              <th scope="row">
                {title} <span className="quiet">{detail}</span>
              </th>
              <td>
                {published === undefined ? (
                  <strong>measured here</strong>
                ) : (
                  <span className="chip">{published.real ? 'published, real faces' : 'published'}</span>
                )}
              </td>
              <td className="source">{training?.set ?? unknown}</td>
              <td className="number">{training?.images ?? unknown}</td>
              <td className="number">{training?.pixels ?? unknown}</td>
              {benchmarks.map((name, k) => (
                <td key={name} className="number">
                  <Emphasised value={accuracy[name]} best={best[k]} />
                </td>
              ))}
              <td className="number">
                <Emphasised value={average} best={bestAverage} />
              </td>
              <td className="source">
                {ours !== undefined && (
                  <Link href={`/runs/${ours.experimentRun}`} prefetch={false}>
                    run {ours.experimentRun}, {ours.seeds} {ours.seeds === 1 ? 'seed' : 'seeds'}
                  </Link>
                )}
                {published !== undefined && (
                  <details>
                    <summary>{published.confirmed ? 'source' : 'source, not confirmed'}</summary>
                    {published.source}
                    {published.note !== undefined && <> ({published.note})</>}
                  </details>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const unknown = <span className="quiet">–</span>;

function Emphasised({ value, best }: { value: number | undefined; best: number }) {
  if (value === undefined) return unknown;
  const text = (100 * value).toFixed(2);
  return value === best ? <strong>{text}</strong> : <>{text}</>;
}
