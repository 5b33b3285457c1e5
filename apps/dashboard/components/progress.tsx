import { duration } from '@id3/core/duration';

/** How far a run is, in words and as a line; time left while it runs. */
export function Progress({ share, secondsLeft }: { share: number; secondsLeft: number | null }) {
  const percent = Math.floor(100 * share);
  return (
    <span className="progress" title={secondsLeft === null ? undefined : `${percent} % done`}>
      <progress max={100} value={percent} aria-label="Progress" />
      {secondsLeft === null ? `${percent} %` : `${duration(secondsLeft)} left`}
    </span>
  );
}
