import { UserError } from '@id3/core';
import { failureOf } from '@id3/core/child';
import { StudioFailure, type FromStudio, type ToStudio } from '@id3/studio-client';
import { Studio } from './studio.ts';

// The studio's process: answers the messages of a StudioProcess, one request at a time.

const send = (message: FromStudio): void => void process.send?.(message);

// Ctrl-C reaches the whole process group; who started us decides.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(143));
// Who started us has died: nobody would look.
process.on('disconnect', () => process.exit(1));

let studio: Studio | undefined;
/** The request in hand, and whether it is still wanted. */
let current: { id: number; wanted: boolean } | undefined;

process.on('message', (message: ToStudio) => {
  if (message.type !== 'cancel') void answer(message);
  else if (current?.id === message.id) current.wanted = false;
});

async function answer(message: Exclude<ToStudio, { type: 'cancel' }>): Promise<void> {
  const { id, database } = message;
  const own = (current = { id, wanted: true });
  try {
    studio ??= new Studio(database);
    if (message.type === 'models') send({ type: 'models', id, models: studio.models() });
    else {
      const rss = () => process.memoryUsage().rss;
      const event = await studio.faces(message.request, {
        preview: (event) => send({ type: 'event', id, event, rss: rss() }),
        check() {
          if (!own.wanted) throw new StudioFailure('superseded', 'The request is no longer wanted.');
        },
      });
      send({ type: 'event', id, event, rss: rss() });
    }
  } catch (error) {
    if (error instanceof StudioFailure && error.kind !== 'busy')
      send({ type: 'failed', id, kind: error.kind, message: error.message });
    else {
      const { message } = failureOf(error);
      send({ type: 'failed', id, kind: error instanceof UserError ? 'refused' : 'broken', message });
    }
  }
}
