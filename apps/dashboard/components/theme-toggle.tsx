'use client';

import { useState } from 'react';
import type { Theme } from './theme.ts';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const SIGN: Record<Theme, string> = { system: '◐', light: '○', dark: '●' };

/** Goes from the system's theme to light to dark and back, and remembers it for a year. */
export function ThemeToggle({ saved }: { saved: Theme }) {
  const [theme, setTheme] = useState(saved);
  const change = () => {
    const next = NEXT[theme];
    setTheme(next);
    document.documentElement.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=strict`;
  };
  return (
    <button type="button" className="plain theme" onClick={change} title={`Theme: ${theme}`}>
      <span aria-hidden="true">{SIGN[theme]}</span>
      <span className="visually-hidden">
        Theme: {theme}. Change to {NEXT[theme]}.
      </span>
    </button>
  );
}
