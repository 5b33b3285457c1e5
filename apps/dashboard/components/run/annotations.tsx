'use client';

import type { Annotation } from '@id3/tracking';
import { useRouter } from 'next/navigation';
import { useState } from 'react';

/** What a person says about the run: a name, tags, a note; saved on leaving a field. */
export function Annotations({ id, name, note, tags, archived }: Annotation & { id: number }) {
  const router = useRouter();
  const [problem, setProblem] = useState('');
  const [saved, setSaved] = useState(false);
  const save = async (change: Partial<Annotation>) => {
    setSaved(false);
    const response = await fetch(`/api/runs/${id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(change),
    }).catch(() => undefined);
    if (response?.ok === true) {
      setProblem('');
      setSaved(true);
      router.refresh();
    } else {
      const answer: { error?: string } | undefined = await response?.json().catch(() => undefined);
      setProblem(answer?.error ?? 'The dashboard does not answer; what you wrote is not saved yet.');
    }
  };
  const field = (was: string, change: (text: string) => Partial<Annotation>) => ({
    // Another value from the server starts the field anew.
    key: was,
    defaultValue: was,
    onBlur: (event: { target: { value: string } }) => {
      if (event.target.value !== was) void save(change(event.target.value));
    },
  });
  const { key: nameKey, ...nameField } = field(name ?? '', (text) => ({ name: text }));
  const { key: tagsKey, ...tagsField } = field(tags.join(', '), (text) => ({
    tags: text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  }));
  const { key: noteKey, ...noteField } = field(note ?? '', (text) => ({ note: text }));
  return (
    <section className="annotations">
      <h2>Notes</h2>
      <label>
        Name
        <input
          type="text"
          maxLength={200}
          placeholder="as the run calls itself"
          key={nameKey}
          {...nameField}
        />
      </label>
      <label>
        Tags
        <input type="text" placeholder="separated by commas" key={tagsKey} {...tagsField} />
      </label>
      <label>
        Note
        <textarea rows={4} maxLength={20_000} key={noteKey} {...noteField} />
      </label>
      <div className="controls">
        <button type="button" onClick={() => void save({ archived: !archived })}>
          {archived ? 'Restore from the archive' : 'Archive'}
        </button>
        <span role="status" className={problem === '' ? 'quiet small' : 'wrong small'}>
          {problem === '' ? (saved ? 'Saved.' : '') : problem}
        </span>
      </div>
    </section>
  );
}
