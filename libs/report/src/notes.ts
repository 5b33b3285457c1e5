import { getEvents, type Readable } from '@id3/tracking';

/** What an experiment's run says is to be read with its table: its events that are no warnings. */
export const readNotes = (database: Readable, runId: number): string[] => [
  ...new Set(
    getEvents(database, runId)
      .filter(({ level }) => level === 'info')
      .map(({ message }) => message),
  ),
];
