import type { ReactNode } from 'react';

/** A wide table that scrolls within the page; a stop for the keyboard, whose arrows move it. */
export function Scroll(props: { label: string; className?: string; children: ReactNode }) {
  const { label, className, children } = props;
  return (
    <div
      className={className === undefined ? 'scroll' : `scroll ${className}`}
      role="region"
      aria-label={label}
      tabIndex={0}
    >
      {children}
    </div>
  );
}

/** The head of a column of numbers. */
export function NumberHead({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="number">
      {children}
    </th>
  );
}
