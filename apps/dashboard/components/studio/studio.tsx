'use client';

import type { ModelChoice } from '@id3/studio-client';
import {
  LIMITS,
  SAMPLER_KINDS,
  commandOf,
  wordsOf,
  type FaceRequest,
  type Row,
} from '@id3/studio-client/request';
import { useEffect, useState } from 'react';
import { Seed, Slider } from './fields.tsx';
import { IdentityFields } from './identity-fields.tsx';
import { Panel } from './panel.tsx';

const ROW_TITLES: readonly (readonly [Row | undefined, string])[] = [
  [undefined, 'One face'],
  ['age', 'Age'],
  ['yaw', 'Yaw'],
  ['c', 'Cosine c'],
  ['t', 'Arc t'],
  ['w', 'Score w'],
];
/** The URL follows a slider this late. */
const URL_MS = 200;

/** The model at one's fingertips: its controls, and the faces of one model or two. */
export function Studio(props: {
  initial: FaceRequest;
  initialBeside: string | undefined;
  /** Where it is not the usual one. */
  database: string | undefined;
  refusal: string | undefined;
}) {
  const [request, setRequest] = useState(props.initial);
  const [beside, setBeside] = useState(props.initialBeside);
  const { models, problem } = useModels();
  const change = (change: Partial<FaceRequest>) => setRequest((before) => ({ ...before, ...change }));
  const query = new URLSearchParams([
    ...wordsOf(request),
    ...(beside ? [['beside', beside]] : []),
  ]).toString();
  useEffect(() => {
    const timer = setTimeout(() => window.history.replaceState(null, '', `/studio?${query}`), URL_MS);
    return () => clearTimeout(timer);
  }, [query]);

  if (problem !== undefined)
    return (
      <p className="wrong" role="alert">
        {problem}
      </p>
    );
  if (models === undefined)
    return (
      <p className="quiet" aria-busy="true">
        Looking for models…
      </p>
    );
  const command = commandOf(request, props.database);
  const choice = models.find(({ id }) => id === request.model);
  const second = models.find(({ id }) => id === beside);
  return (
    <>
      {props.refusal !== undefined && (
        <p className="wrong" role="alert">
          {props.refusal}
        </p>
      )}
      <div className="studio-columns">
        <form className="studio-controls" onSubmit={(event) => event.preventDefault()}>
          <fieldset>
            <legend>Model</legend>
            <ModelSelect
              label="Model"
              models={models}
              value={request.model}
              onChange={(model) => change({ model })}
            />
            <ModelSelect
              label="Beside it"
              models={models}
              value={beside ?? ''}
              none="no other"
              onChange={(model) => setBeside(model === '' ? undefined : model)}
            />
          </fieldset>
          {choice !== undefined && (
            <>
              <IdentityFields request={request} choice={choice} change={change} />
              <AttributeFields request={request} choice={choice} change={change} />
              <SamplingFields request={request} choice={choice} change={change} />
            </>
          )}
        </form>
        <div className="stack">
          <div className="controls">
            <span className="segments" role="group" aria-label="One face, or a row across">
              {ROW_TITLES.map(([row, title]) => (
                <button
                  key={title}
                  type="button"
                  aria-pressed={request.row === row}
                  disabled={
                    (row === 't' && request.to === undefined) ||
                    ((row === 'age' || row === 'yaw') && choice?.[row] === undefined)
                  }
                  onClick={() => change({ row })}
                >
                  {title}
                </button>
              ))}
            </span>
            <Copy title="Link" text={() => `${window.location.origin}/studio?${query}`} />
            <Copy title="Command" text={() => command} />
          </div>
          {choice === undefined ? (
            <p className="wrong" role="alert">
              There is no model {request.model} here; choose one of the list.
            </p>
          ) : (
            <Panel request={request} choice={choice} />
          )}
          {second !== undefined && <Panel request={{ ...request, model: second.id }} choice={second} />}
          {beside !== undefined && second === undefined && (
            <p className="wrong" role="alert">
              There is no model {beside} here; choose one of the list.
            </p>
          )}
          <details>
            <summary className="quiet small">The command that makes this picture</summary>
            <pre>
              <code>{command}</code>
            </pre>
          </details>
        </div>
      </div>
    </>
  );
}

function useModels(): { models?: readonly ModelChoice[]; problem?: string } {
  const [state, setState] = useState<{ models?: readonly ModelChoice[]; problem?: string }>({});
  useEffect(() => {
    const look = async () => {
      const response = await fetch('/api/studio/models', { method: 'POST' });
      const { models, error } = (await response.json()) as { models?: ModelChoice[]; error?: string };
      setState({ models, problem: error });
    };
    look().catch(() => setState({ problem: 'The dashboard does not answer; load the page again.' }));
  }, []);
  return state;
}

function ModelSelect(props: {
  label: string;
  models: readonly ModelChoice[];
  value: string;
  none?: string;
  onChange: (id: string) => void;
}) {
  const { label, models, value, none, onChange } = props;
  const groups = [...new Set(models.map(({ group }) => group))];
  const isThere = value === '' || models.some(({ id }) => id === value);
  return (
    <label className="wide">
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {!isThere && <option value={value}>{value}, not here</option>}
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {models
              .filter((model) => model.group === group)
              .map(({ id, title, training }) => (
                <option key={id} value={id}>
                  {title}
                  {training !== undefined && `, in training`}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

interface FieldsProps {
  readonly request: FaceRequest;
  readonly choice: ModelChoice;
  readonly change: (change: Partial<FaceRequest>) => void;
}

const middle = ([from, to]: readonly [number, number]): number => Math.round((from + to) / 2);

/** What the face is to show, where the model is told it. */
function AttributeFields({ request, choice, change }: FieldsProps) {
  if (choice.age === undefined || choice.yaw === undefined) return null;
  return (
    <fieldset>
      <legend>Age and pose</legend>
      <Slider
        label="Age, years"
        value={request.age ?? middle(choice.age)}
        range={[0, 100]}
        step={1}
        onChange={(age) => change({ age })}
      />
      <Slider
        label="Yaw, degrees"
        value={request.yaw ?? middle(choice.yaw)}
        range={[-90, 90]}
        step={1}
        show={(value) => `${value}°`}
        onChange={(yaw) => change({ yaw })}
      />
    </fieldset>
  );
}

function SamplingFields({ request, choice, change }: FieldsProps) {
  const { sampler, timesteps, hidesY, hidesS, fitted } = choice;
  const weight = (name: 'w' | 'freeY' | 'freeS', label: string, most: number) => (
    <Slider
      label={label}
      value={request[name] ?? sampler[name]}
      range={[0, Math.max(most, request[name] ?? 0)]}
      step={most / 80}
      show={(value) => value.toFixed(2)}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const mostSteps = Math.min(timesteps, LIMITS.steps);
  return (
    <fieldset>
      <legend>Sampling</legend>
      {weight('w', `w, score (κ ${fitted ? 'fitted' : 'of the paper'})`, 4 * (sampler.w || 1))}
      {hidesY && weight('freeY', 'Guidance without y', 4)}
      {hidesS && weight('freeS', 'Guidance without s', 4)}
      <label className="wide">
        Sampler
        <select
          value={request.kind ?? sampler.kind}
          onChange={(event) => change({ kind: SAMPLER_KINDS.find((kind) => kind === event.target.value) })}
        >
          {SAMPLER_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {kind}
            </option>
          ))}
        </select>
      </label>
      <Slider
        label="Steps"
        value={request.steps ?? sampler.steps}
        range={[1, Math.min(mostSteps, Math.max(50, request.steps ?? 0))]}
        step={1}
        onChange={(steps) => change({ steps })}
      />
      <Seed
        label="Start noise, seed"
        value={request.seed ?? 1}
        most={LIMITS.seed}
        next="Another"
        onChange={(seed) => change({ seed })}
      />
      <button
        type="button"
        onClick={() =>
          change({ w: undefined, freeY: undefined, freeS: undefined, kind: undefined, steps: undefined })
        }
      >
        As its experiment samples
      </button>
    </fieldset>
  );
}

function Copy({ title, text }: { title: string; text: () => string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {copied ? 'Copied' : `Copy ${title.toLowerCase()}`}
    </button>
  );
}
