'use client';

import type { MadeFace } from '@id3/studio-client';
import type { FaceRequest } from '@id3/studio-client/request';
import { useEffect, useRef, useState } from 'react';

/** What a panel shows: the newest picture, and what is known of it. */
export interface Shown {
  /** As a data URL. */
  readonly url?: string;
  readonly count: number;
  /** Absent while the picture is a preview. */
  readonly faces?: readonly MadeFace[];
  readonly milliseconds?: number;
  readonly trainedFor?: number;
  readonly progress?: { readonly step: number; readonly steps: number };
  readonly problem?: string;
  readonly busy: boolean;
}

type Line =
  | { kind: 'failed'; error: string }
  | {
      kind: 'preview' | 'faces';
      strip: { png: string; count: number };
      faces?: MadeFace[];
      milliseconds?: number;
      trainedFor?: number;
      step?: number;
      steps?: number;
    };

/** An answer that takes longer than this gives way to a newer question. */
const PATIENCE_MS = 400;

/**
 * The faces of the newest request. While a quick one is under way the newest waits for it, so that faces appear while a slider moves; a slow one is
 * given up.
 */
export function useFaces(request: FaceRequest | undefined): Shown {
  const [shown, setShown] = useState<Shown>({ count: 1, busy: true });
  const asker = useRef('');
  const state = useRef<{ next?: FaceRequest; flight?: { abort: AbortController; since: number } }>({});
  const key = request === undefined ? undefined : JSON.stringify(request);
  useEffect(() => {
    if (key === undefined) return;
    asker.current ||= crypto.randomUUID();
    const { current } = state;
    current.next = JSON.parse(key) as FaceRequest;
    const go = async () => {
      while (current.next !== undefined) {
        const asked = current.next;
        current.next = undefined;
        const abort = new AbortController();
        current.flight = { abort, since: Date.now() };
        setShown((before) => ({ ...before, busy: true }));
        await ask(asker.current, asked, abort.signal, (line) =>
          setShown((before) => after(before, line)),
        ).catch(() => {
          if (!abort.signal.aborted)
            setShown((before) => ({ ...before, busy: false, problem: 'The dashboard does not answer.' }));
        });
        current.flight = undefined;
      }
    };
    const { flight } = current;
    if (flight === undefined) void go();
    else if (Date.now() - flight.since > PATIENCE_MS) flight.abort.abort();
    else {
      const timer = setTimeout(
        () => current.flight === flight && current.next !== undefined && flight.abort.abort(),
        PATIENCE_MS,
      );
      return () => clearTimeout(timer);
    }
  }, [key]);
  return shown;
}

function after(before: Shown, line: Line): Shown {
  if (line.kind === 'failed') return { ...before, busy: false, progress: undefined, problem: line.error };
  const { strip, faces, milliseconds, trainedFor, step, steps } = line;
  const url = `data:image/png;base64,${strip.png}`;
  // What is read off them follows in a moment; if nothing jumps until then, a hand on a slider is not disturbed.
  if (step === steps && step !== undefined && before.faces?.length === strip.count)
    return { ...before, url, progress: undefined, busy: true };
  return {
    url,
    count: strip.count,
    faces,
    milliseconds,
    trainedFor,
    progress: step === undefined || steps === undefined ? undefined : { step, steps },
    busy: line.kind === 'preview',
  };
}

/** Asks for faces and hears the lines of the answer. */
async function ask(
  asker: string,
  request: FaceRequest,
  signal: AbortSignal,
  hear: (line: Line) => void,
): Promise<void> {
  const response = await fetch('/api/studio/faces', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ asker, request }),
    signal,
  });
  // Another request of this panel is under way.
  if (response.status === 409) return;
  if (!response.ok || response.body === null) {
    const { error }: { error?: string } = await response.json().catch(() => ({}));
    return hear({ kind: 'failed', error: error ?? `The dashboard answers with ${response.status}.` });
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) hear(JSON.parse(line) as Line);
  }
}
