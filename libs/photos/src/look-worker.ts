import { failureOf, type Failure } from '@id3/core/child';
import { describeEngine, selectEngine } from '@id3/engine';
import sharp from 'sharp';
import type { Finding } from './findings.ts';
import { Looker, type LookOptions } from './look.ts';

export type ToLooker =
  | { readonly type: 'start'; readonly options: LookOptions; readonly threads: number }
  | { readonly type: 'look'; readonly pictures: (Uint8Array | string)[] };

export type FromLooker =
  | { readonly type: 'started'; readonly engine: string }
  | { readonly type: 'found'; readonly findings: Finding[] }
  | ({ readonly type: 'failed' } & Failure);

const send = (message: FromLooker): void => void process.send?.(message);
let looker: Looker;

// The process that asks has died.
process.on('disconnect', () => process.exit(1));
process.on('message', async (message: ToLooker) => {
  try {
    if (message.type === 'start') {
      // A photo is small, and the other cores have their own.
      sharp.concurrency(1);
      sharp.cache(false);
      const engine = describeEngine(await selectEngine(undefined, { threads: message.threads }));
      looker = await Looker.load(message.options);
      send({ type: 'started', engine });
    } else {
      const findings: Finding[] = [];
      for (const picture of message.pictures) findings.push(await looker.look(picture));
      send({ type: 'found', findings });
    }
  } catch (error) {
    send({ type: 'failed', ...failureOf(error) });
  }
});
