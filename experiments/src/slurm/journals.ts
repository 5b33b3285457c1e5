import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ingest, openDatabase, type Database, type Taken } from '@id3/tracking';
import { FileLock } from './file-lock.ts';
import { clusterFolder, journalFolder } from './records.ts';

const WATCH_MS = 5_000;

/** Takes journals into the database; undefined where another process, of any machine, does so now. */
export function takeJournals(database: Database): Taken | undefined {
  const lock = FileLock.take(join(clusterFolder(database.root), 'ingest.lock'));
  if (lock === undefined) return undefined;
  try {
    return ingest(database, journalFolder(database.root));
  } finally {
    lock.release();
  }
}

/** Takes the journals of a folder of results into its database and says how much that was: once, or again and again. */
export async function takeJournalsOf(root: string, watch: boolean): Promise<void> {
  const database = openDatabase(join(root, 'tracking.sqlite'));
  try {
    do {
      const taken = takeJournals(database);
      if (taken === undefined) {
        if (!watch) console.log('Another process takes the journals in now.');
      } else if (!watch || taken.lines > 0) {
        const { lines, broken, foreign } = taken;
        const left = broken > 0 ? `; ${broken} could not be read and were left out` : '';
        const others =
          foreign > 0 ? `; ${foreign} journals are of runs that this database does not have` : '';
        console.log(`${lines} lines were taken${left}${others}.`);
      }
      if (watch) await sleep(WATCH_MS);
    } while (watch);
  } finally {
    database.close();
  }
}
