import type { ProblemKind } from '@id3/tracking';
import { FirstWords } from './first-words.tsx';

const TITLES: Record<ProblemKind, string> = {
  missing: 'No runs yet',
  empty: 'Nothing in the database yet',
  locked: 'The database cannot be opened',
  older: 'The database is of an older version',
  newer: 'The database is of a newer version',
  foreign: 'This is no tracking database',
  damaged: 'The database is damaged',
};

/** What stands in place of a page whose database cannot be read. */
export function Problem({ kind, message }: { kind: ProblemKind; message: string }) {
  return (
    <section className="problem" data-problem={kind}>
      <h1>{TITLES[kind]}</h1>
      <p>{withCode(message)}</p>
      {(kind === 'missing' || kind === 'empty') && <FirstWords />}
      <p className="quiet">This page looks again every two seconds.</p>
    </section>
  );
}

/** Backquoted parts of a sentence as code. */
function withCode(message: string) {
  return message.split('`').map((part, k) => (k % 2 === 1 ? <code key={k}>{part}</code> : part));
}
