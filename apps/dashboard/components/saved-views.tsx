'use client';

import type { SavedView } from '@id3/tracking';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Menu } from './menu.tsx';

/** Views of the runs under names: to go to one, to give the present one a name, to forget one. */
export function SavedViews({ views, query }: { views: readonly SavedView[]; query: string }) {
  const router = useRouter();
  const [problem, setProblem] = useState('');
  const ask = async (address: string, request: RequestInit) => {
    const response = await fetch(address, request).catch(() => undefined);
    const answer: { error?: string } | undefined =
      response?.ok === true ? {} : await response?.json().catch(() => undefined);
    setProblem(response?.ok === true ? '' : (answer?.error ?? 'The dashboard does not answer.'));
    router.refresh();
  };
  return (
    <Menu title={views.length === 0 ? 'Views' : `Views ${views.length}`}>
      {views.map((view) => (
        <span key={view.name} className="saved-view">
          <Link
            href={`/runs?${view.query}`}
            prefetch={false}
            aria-current={view.query === query || undefined}
          >
            {view.name}
          </Link>
          <button
            type="button"
            className="plain"
            aria-label={`Forget the view ${view.name}`}
            onClick={() => void ask(`/api/views?name=${encodeURIComponent(view.name)}`, { method: 'DELETE' })}
          >
            ×
          </button>
        </span>
      ))}
      <form
        className="save-view"
        onSubmit={(event) => {
          event.preventDefault();
          const name = new FormData(event.currentTarget).get('name');
          event.currentTarget.reset();
          const body = JSON.stringify({ name, query });
          void ask('/api/views', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body });
        }}
      >
        <input
          type="text"
          name="name"
          required
          maxLength={100}
          aria-label="Name of this view"
          placeholder="Name this view"
        />
        <button type="submit">Save</button>
      </form>
      {problem !== '' && (
        <p className="wrong small" role="alert">
          {problem}
        </p>
      )}
    </Menu>
  );
}
