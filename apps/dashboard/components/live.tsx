'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

const POLL_MS = 2_000;

/** Renders the page's server components anew when the database has changed since `seen`; what clients hold stays. */
export function Live({ seen }: { seen: string }) {
  const router = useRouter();
  useEffect(() => {
    let stopped = false;
    const look = async () => {
      if (stopped || document.hidden) return;
      try {
        const response = await fetch('/api/changes', { cache: 'no-store' });
        const { counter }: { counter: string } = await response.json();
        if (!stopped && counter !== seen) router.refresh();
      } catch {
        // The server is gone for the moment; the next look will tell.
      }
    };
    const timer = setInterval(look, POLL_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      stopped = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [router, seen]);
  return null;
}
