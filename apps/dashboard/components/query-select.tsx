'use client';

import { useQuery } from './use-query.ts';

/** Chooses one value of the view's state; the first option is what the view shows when the URL says nothing. */
export function QuerySelect(props: {
  name: string;
  label: string;
  value: string;
  options: readonly (string | readonly [value: string, title: string])[];
}) {
  const { name, label, value, options } = props;
  const [, change] = useQuery();
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => change({ [name]: event.target.value })}>
        {options.map((option) => {
          const [of, title] = typeof option === 'string' ? [option, option] : option;
          return (
            <option key={of} value={of}>
              {title}
            </option>
          );
        })}
      </select>
    </label>
  );
}
