import { firstEvent, TfRecordWriter } from '@id3/formats';

/** The name must hold `tfevents`; TensorBoard reads a folder's files by the order of their names. */
export const eventFile = (seconds: number): string => `events.out.tfevents.${Math.floor(seconds)}.id3`;

/** Writes a file of events. */
export function writeEvents(path: string, seconds: number, events: Iterable<Uint8Array>): void {
  const writer = new TfRecordWriter(path);
  try {
    writer.append(firstEvent(seconds));
    for (const event of events) writer.append(event);
  } finally {
    writer.close();
  }
}
