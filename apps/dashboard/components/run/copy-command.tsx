'use client';

import { useState } from 'react';

/** How to make the run again: one command to copy. */
export function CopyCommand(props: {
  command: string | undefined;
  /** Whether it makes this run, and not all of the experiment. */
  isOwn: boolean;
  revision: string | null;
  dirty: boolean;
}) {
  const { command, isOwn, revision, dirty } = props;
  const [copied, setCopied] = useState(false);
  if (command === undefined)
    return (
      <section>
        <h2>Make it again</h2>
        <p className="quiet">
          This run is older than the recording of commands. Its config says what it was.
        </p>
      </section>
    );
  const whole = revision === null ? command : `git checkout ${revision.slice(0, 12)} && npm ci && ${command}`;
  const copy = async () => {
    await navigator.clipboard.writeText(whole);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <section>
      <div className="controls">
        <h2>Make it again</h2>
        <button type="button" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <pre>
        <code>{whole}</code>
      </pre>
      <p className="quiet small">
        {isOwn
          ? 'With its variant, seeds and overrides. What is in the cache is taken from there; with another --out all is made anew.'
          : 'That of the whole experiment: this run is older than the recording of its own command.'}
      </p>
      {dirty && (
        <p className="wrong small">
          The code had uncommitted changes, which this command does not bring back.
        </p>
      )}
    </section>
  );
}
