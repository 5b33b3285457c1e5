'use client';

import { useEffect, useRef, useState, type ReactNode } from 'react';

/** A button that opens a small panel; Escape and a click elsewhere close it. */
export function Menu({ title, children }: { title: ReactNode; children: ReactNode }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const { current } = details;
      if (current === null || !current.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        current.querySelector('summary')?.focus();
      } else if (event.target instanceof Node && current.contains(event.target)) return;
      current.open = false;
    };
    document.addEventListener('click', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('click', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details className="menu" ref={details}>
      <summary>{title}</summary>
      <div className="items">{children}</div>
    </details>
  );
}

/** A menu of boxes to tick; with many of them, a field finds some by their names. */
export function Choices(props: {
  title: string;
  options: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const { title, options, chosen, onChange } = props;
  const [search, setSearch] = useState('');
  const shown = options.filter((option) => option.toLowerCase().includes(search.toLowerCase()));
  const toggle = (option: string) =>
    onChange(chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option]);
  return (
    <Menu title={title}>
      {options.length > 12 && (
        <input
          type="search"
          aria-label={`Find in ${title}`}
          placeholder="Find…"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {shown.slice(0, 300).map((option) => (
        <label key={option}>
          <input type="checkbox" checked={chosen.includes(option)} onChange={() => toggle(option)} />
          {option}
        </label>
      ))}
    </Menu>
  );
}
