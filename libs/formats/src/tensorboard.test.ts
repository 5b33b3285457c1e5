import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { experimentEvent, sessionEndEvent, sessionStartEvent } from './hparams.ts';
import { firstEvent, imageEvent, scalarEvent } from './tensorboard.ts';
import { freshFolder, readEvents } from './testing.ts';
import { TfRecordWriter } from './tfrecord.ts';

const OWN = join(import.meta.dirname, 'fixtures/tensorboard.tfevents');
const [START, END] = [1_700_000_000, 1_700_000_009];
const encoded = Buffer.from('\x89PNG', 'latin1');

/** The events of fixtures/write_events.py. */
function written(): string {
  const path = join(freshFolder(), 'events.out.tfevents');
  const writer = new TfRecordWriter(path);
  const hparams = { rate: 0, loss: 'huber', ema: false };
  const columns = [
    { name: 'rate', values: [0.5, 0, 0.5] },
    { name: 'loss', values: ['huber', 'huber'] },
    { name: 'ema', values: [false, true] },
  ];
  for (const event of [
    firstEvent(START),
    scalarEvent({ seconds: START + 1.5, step: 300 }, 'loss', 0.1),
    scalarEvent({ seconds: START + 1.5, step: 0 }, 'Größe', 0),
    scalarEvent({ seconds: START + 1.5, step: 2 ** 40 }, 'loss', Infinity),
    imageEvent({ seconds: START + 2, step: -1 }, 'grid', { encoded, width: 8, height: 300 }),
    experimentEvent(START, columns, [{ tag: 'accuracy/lfw', title: 'LFW' }]),
    sessionStartEvent(START, 'full', hparams),
    sessionEndEvent(END, 'failure'),
  ])
    writer.append(event);
  writer.close();
  return path;
}

describe("TensorBoard's events", () => {
  it('are the bytes that TensorBoard itself writes', () =>
    expect(readFileSync(written()).toString('hex')).toBe(readFileSync(OWN).toString('hex')));

  it('are read by another implementation of its messages', () => {
    const events = readEvents(written());
    expect(events).toEqual(readEvents(OWN));
    expect(events.slice(0, 4)).toEqual([
      { seconds: START + 1.5, step: 300, tag: 'loss', scalar: Math.fround(0.1) },
      { seconds: START + 1.5, step: 0, tag: 'Größe', scalar: 0 },
      { seconds: START + 1.5, step: 2 ** 40, tag: 'loss', scalar: Infinity },
      { seconds: START + 2, step: -1, tag: 'grid', image: { width: 8, height: 300, encoded } },
    ]);
    expect(events[5].hparams.session_start_info.hparams).toEqual({
      rate: { number_value: 0 },
      loss: { string_value: 'huber' },
      ema: { bool_value: false },
    });
  });

  it('keep mixed values as texts', () => {
    const path = join(freshFolder(), 'events');
    const writer = new TfRecordWriter(path);
    writer.append(firstEvent(START));
    writer.append(experimentEvent(START, [{ name: 'κ', values: ['fitted', 0.5, 0.5] }], []));
    writer.close();
    const [{ hparams }] = readEvents(path);
    expect(hparams.experiment.hparam_infos).toEqual([
      {
        name: 'κ',
        type: 1,
        differs: true,
        domain_discrete: { values: [{ string_value: 'fitted' }, { string_value: '0.5' }] },
      },
    ]);
  });
});

// RFC 3720, appendix B.4
it.each([
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['nothing', Buffer.alloc(0), 0],
])('CRC-32C of %s', (_, bytes, crc) => expect(crc32c(bytes)).toBe(crc));
