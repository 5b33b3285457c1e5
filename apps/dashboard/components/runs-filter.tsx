'use client';

import { useEffect, useId, useRef, useState } from 'react';
import { completed, completingAt, completions } from './completion.ts';

/**
 * The filter as it is typed, completed from fields and their values; it is asked for on Enter, and when the field is emptied. `/`
 * focuses it from anywhere.
 */
export function RunsFilter(props: {
  saved: string;
  wrong: boolean;
  fields: readonly string[];
  onFilter: (filter: string) => void;
}) {
  const { saved, wrong, fields, onFilter } = props;
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const [filter, setFilter] = useState(saved);
  const [seen, setSeen] = useState(saved);
  // Another view, as a saved one, has its own filter; what is typed in the same one stays.
  if (seen !== saved) {
    setSeen(saved);
    setFilter(saved);
  }
  const [caret, setCaret] = useState(saved.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const { field, prefix } = completingAt(filter, caret);
  const values = useValues(isOpen ? field : undefined);
  const found = isOpen ? completions(field === undefined ? fields : values, prefix) : [];
  // What is typed already needs no completion.
  const options = found.length === 1 && found[0] === prefix ? [] : found;
  const option = (k: number) => `${list}-${k}`;
  const show = (text: string, at: number) => {
    setFilter(text);
    setCaret(at);
    setActive(-1);
    setOpen(true);
  };
  const choose = (chosen: string) => {
    const next = completed(filter, caret, chosen);
    show(next.text, next.caret);
    // The caret can be set once the field has its new text.
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret));
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => setActive((active + 1) % options.length),
    ArrowUp: () => setActive((active <= 0 ? options.length : active) - 1),
    Escape: () => setOpen(false),
    ...(active >= 0 ? { Enter: () => choose(options[active]), Tab: () => choose(options[active]) } : {}),
  };
  return (
    <form
      role="search"
      className="filter"
      onSubmit={(event) => {
        event.preventDefault();
        setOpen(false);
        onFilter(filter);
      }}
    >
      <span className="completing">
        <input
          ref={input}
          type="search"
          role="combobox"
          data-filter
          aria-label="Filter"
          aria-invalid={wrong}
          aria-describedby="filter-help"
          aria-autocomplete="list"
          aria-expanded={options.length > 0}
          aria-controls={list}
          aria-activedescendant={active >= 0 ? option(active) : undefined}
          placeholder="variant=full lb>0.6 status!=failed"
          value={filter}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => {
            show(target.value, target.selectionStart ?? target.value.length);
            if (target.value === '') onFilter('');
          }}
          onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? 0)}
          onBlur={() => setOpen(false)}
          onKeyDown={(event) => {
            const act = options.length > 0 ? keys[event.key] : undefined;
            if (act === undefined) return;
            event.preventDefault();
            act();
          }}
        />
        <ul
          id={list}
          role="listbox"
          aria-label="Completions"
          className="completions"
          hidden={options.length === 0}
        >
          {options.map((name, k) => (
            <li
              key={name}
              id={option(k)}
              role="option"
              aria-selected={k === active}
              // A click would take the focus from the field first.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(name);
              }}
            >
              {name}
            </li>
          ))}
        </ul>
      </span>
      <button type="submit">Filter</button>
    </form>
  );
}

/** The values that runs have of a field; none where there is no field, or they are not there yet. */
function useValues(field: string | undefined): readonly string[] {
  const [known, setKnown] = useState<Readonly<Record<string, readonly string[]>>>({});
  useEffect(() => {
    if (field === undefined || field in known) return;
    const abort = new AbortController();
    const load = async () => {
      const response = await fetch(`/api/values?field=${encodeURIComponent(field)}`, {
        signal: abort.signal,
      });
      const { values = [] }: { values?: string[] } = await response.json();
      setKnown((before) => ({ ...before, [field]: values }));
    };
    void load().catch(() => undefined);
    return () => abort.abort();
  }, [field, known]);
  return (field !== undefined && known[field]) || [];
}
