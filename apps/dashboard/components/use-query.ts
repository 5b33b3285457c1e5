'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/** Changes of a view's state; undefined and empty values leave the URL. */
export type QueryChange = Record<string, string | undefined>;

/** The view's state in the URL, and what changes it in place: scroll stays, and nothing is added to the history. */
export function useQuery(): [query: URLSearchParams, change: (change: QueryChange) => void] {
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const change = useCallback(
    (change: QueryChange) => {
      const next = new URLSearchParams(params);
      for (const [name, value] of Object.entries(change)) {
        if (value === undefined || value === '') next.delete(name);
        else next.set(name, value);
      }
      const query = next.toString();
      router.replace(query === '' ? path : `${path}?${query}`, { scroll: false });
    },
    [router, path, params],
  );
  return [new URLSearchParams(params), change];
}
