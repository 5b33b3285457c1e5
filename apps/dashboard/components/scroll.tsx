import type { ReactNode } from 'react';

/** A wide table that scrolls within the page; a stop for the keyboard, whose arrows move it. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
