import type { SweepPoint } from '@id3/report';

/** Says which points of a sweep changed something else besides. */
export function Differences({ points, field }: { points: readonly SweepPoint[]; field: string }) {
  return (
    <ul className="quiet small">
      {points
        .filter(({ alsoChanged }) => alsoChanged.length > 0)
        .map(({ name, alsoChanged }) => (
          <li key={name}>
            {field} = {name} also changes {alsoChanged.join(', ')}.
          </li>
        ))}
    </ul>
  );
}
