'use client';

import type { ModelChoice } from '@id3/studio-client';
import { LIMITS, type FaceRequest } from '@id3/studio-client/request';
import { Seed, Slider } from './fields.tsx';

const FIRST = 'new:1';
const SECOND = 'new:2';

/** Whose face: an identity, one on the way to another, one beside it. */
export function IdentityFields(props: {
  request: FaceRequest;
  choice: ModelChoice;
  change: (change: Partial<FaceRequest>) => void;
}) {
  const { request, choice, change } = props;
  const { from = FIRST, to, t = 0, c = 1, direction = 1 } = request;
  return (
    <fieldset>
      <legend>Identity</legend>
      <Person label="Identity" words={from} sets={choice.sets} onChange={(from) => change({ from })} />
      <label className="tick">
        <input
          type="checkbox"
          checked={to !== undefined}
          onChange={(event) =>
            change(
              event.target.checked
                ? { to: from === SECOND ? FIRST : SECOND, t: 0.5 }
                : { to: undefined, t: undefined, ...(request.row === 't' && { row: undefined }) },
            )
          }
        />
        on the arc to another
      </label>
      {to !== undefined && (
        <>
          <Person label="Second identity" words={to} sets={choice.sets} onChange={(to) => change({ to })} />
          <Slider
            label="t, share of the arc"
            value={t}
            range={[0, 1]}
            step={0.01}
            show={(value) => value.toFixed(2)}
            onChange={(t) => change({ t })}
          />
        </>
      )}
      <Slider
        label="c, cosine to the identity"
        value={c}
        range={[-1, 1]}
        step={0.01}
        show={(value) => value.toFixed(2)}
        onChange={(c) => change({ c: c === 1 ? undefined : c })}
      />
      {(c !== 1 || request.row === 'c') && (
        <Seed
          label="Direction"
          value={direction}
          most={LIMITS.seed}
          next="Another"
          onChange={(direction) => change({ direction })}
        />
      )}
    </fieldset>
  );
}

/** One identity: a new anchor by its seed, or one of a generated set. */
function Person(props: {
  label: string;
  words: string;
  sets: ModelChoice['sets'];
  onChange: (words: string) => void;
}) {
  const { label, words, sets, onChange } = props;
  const [, source, number] = /^(.*):(\d+)$/.exec(words)!;
  const set = sets.find(({ id }) => id === source);
  return (
    <>
      <label className="wide">
        {label}
        <select
          value={source}
          onChange={(event) => onChange(`${event.target.value}:${event.target.value === 'new' ? 1 : 0}`)}
        >
          <option value="new">a new anchor</option>
          {source !== 'new' && set === undefined && <option value={source}>{source}, not here</option>}
          {sets.map(({ id, title, identities }) => (
            <option key={id} value={id}>
              {title} ({identities})
            </option>
          ))}
        </select>
      </label>
      <Seed
        label={source === 'new' ? `${label}, seed` : `${label}, number`}
        value={Number(number)}
        most={set === undefined ? 999_999_999 : set.identities - 1}
        next="Another"
        onChange={(value) => onChange(`${source}:${value}`)}
      />
    </>
  );
}
