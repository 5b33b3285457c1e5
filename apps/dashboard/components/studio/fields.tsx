'use client';

import { useId } from 'react';

/** A slider with its value, and what it is where nothing is asked. */
export function Slider(props: {
  label: string;
  value: number;
  range: readonly [least: number, most: number];
  step: number;
  show?: (value: number) => string;
  onChange: (value: number) => void;
}) {
  const { label, value, range, step, show = String, onChange } = props;
  const id = useId();
  return (
    <div className="slider">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id} className="number">
        {show(value)}
      </output>
      <input
        id={id}
        type="range"
        min={range[0]}
        max={range[1]}
        step={step}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </div>
  );
}

/** A whole number, such as a seed, and a button that takes the next. */
export function Seed(props: {
  label: string;
  value: number;
  most: number;
  next?: string;
  onChange: (value: number) => void;
}) {
  const { label, value, most, next, onChange } = props;
  const id = useId();
  return (
    <div className="seed">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        max={most}
        step={1}
        value={value}
        onChange={(event) => {
          const { valueAsNumber } = event.target;
          if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0 && valueAsNumber <= most)
            onChange(valueAsNumber);
        }}
      />
      {next !== undefined && (
        <button type="button" onClick={() => onChange(value < most ? value + 1 : 0)}>
          {next}
        </button>
      )}
    </div>
  );
}
