'use client';

import { useEffect, useRef } from 'react';

/** Keys of all views, and of some. */
const KEYS: readonly (readonly [key: string, meaning: string])[] = [
  ['/', 'to the filter of runs'],
  ['?', 'these keys'],
  ['↓ ↑ Enter', 'in the filter: choose a completion'],
  ['Esc', 'close a menu, or the completions'],
  ['← → ↑ ↓', 'walk over faces; scroll a table that has the focus'],
  ['Tab', 'to the next control; the first one skips the navigation'],
];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Listens to the keys that work everywhere, and lists all. */
export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') dialog.current?.showModal();
      else if (event.key === '/') {
        const filter = document.querySelector<HTMLInputElement>('[data-filter]');
        if (filter === null) return;
        event.preventDefault();
        filter.focus();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  return (
    <>
      <button
        type="button"
        className="plain theme"
        title="Keys (?)"
        onClick={() => dialog.current?.showModal()}
      >
        <span aria-hidden="true">?</span>
        <span className="visually-hidden">Keys</span>
      </button>
      <dialog ref={dialog} className="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl className="facts">
          {KEYS.map(([key, meaning]) => (
            <div key={key} className="pair">
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
