import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '@id3/core';
import sharp from 'sharp';
import { RecordWriter, fileSource, openRecordSet, packImageRecord, readRecords } from '@id3/formats';
import { importImages, openDataset, recordSetSource } from '../src/index.ts';

/**
 * Makes a RecordIO set of 112×112 JPEGs and prints how fast it is read in order and at random without decoding, how
 * fast and in how much memory it is imported, and that an import killed with SIGKILL in its middle continues.
 * Wall-clock times: of worth only where nothing else runs.
 */
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    import: { type: 'string' },
    out: { type: 'string' },
  },
});
const count = Number(values.images);
const SIZE = 112;
const DISTINCT = 500;
const IMAGES_PER_PERSON = 50;

/** The child: an import that reports its speed and peak memory. */
async function runImport(from: string, out: string): Promise<void> {
  const started = performance.now();
  const source = recordSetSource(from);
  const imported = source.count - 512 * shardsIn(out);
  await importImages(source, out, {
    onImages: (done) => {
      if (done % 10_240 === 0) console.log(`  ${done} images, ${seconds(started).toFixed(0)} s`);
    },
  });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpu = (userCPUTime + systemCPUTime) / 1e6;
  console.log(
    `  import of ${imported}: ${(imported / seconds(started)).toFixed(0)} images/s by the clock, ${(imported / cpu).toFixed(0)} by processor time, peak RSS ${(maxRSS / 1024).toFixed(0)} MiB`,
  );
}

const seconds = (since: number) => (performance.now() - since) / 1000;

/** Finished shards. */
const shardsIn = (out: string) =>
  existsSync(out) ? readdirSync(out).filter((name) => /^shard-\d+\.json$/.test(name)).length : 0;

/** Clock and processor time. */
const now = () => ({ clock: performance.now(), cpu: process.cpuUsage() });
function rates(images: number, { clock, cpu }: ReturnType<typeof now>): string {
  const { user, system } = process.cpuUsage(cpu);
  return `${(images / seconds(clock)).toFixed(0)} images/s by the clock, ${((images * 1e6) / (user + system)).toFixed(0)} by processor time`;
}

async function makeSet(folder: string): Promise<void> {
  const pictures = await Promise.all(
    Array.from({ length: DISTINCT }, (_, i) => {
      // Smooth patches with some noise: JPEGs of a face's size.
      const rng = new Rng(i, 'picture');
      const colours = Array.from({ length: 27 }, () => rng.int(256));
      const noise = Array.from({ length: 256 }, () => rng.int(24));
      const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => {
        const [x, y] = [Math.floor(k / 3) % SIZE, Math.floor(k / 3 / SIZE)];
        const patch = 3 * Math.floor(y / 38) + Math.floor(x / 38);
        return Math.min(255, colours[3 * patch + (k % 3)] + noise[(x * 7 + y * 13 + i) % 256]);
      });
      const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
      return sharp(pixels, { raw }).jpeg({ quality: 95 }).toBuffer();
    }),
  );
  const people = Math.ceil(count / IMAGES_PER_PERSON);
  const writer = new RecordWriter(join(folder, 'train.rec'));
  const index: string[] = [];
  const append = (record: Buffer) => index.push(`${index.length}\t${writer.append(record)}\n`);
  append(packImageRecord([count + 1, count + 1 + people], 0));
  for (let i = 0; i < count; i++)
    append(packImageRecord(Math.floor(i / IMAGES_PER_PERSON), i + 1, pictures[i % DISTINCT]));
  for (let p = 0; p < people; p++)
    append(
      packImageRecord(
        [p * IMAGES_PER_PERSON + 1, Math.min(count, (p + 1) * IMAGES_PER_PERSON) + 1],
        index.length,
      ),
    );
  writer.close();
  writeFileSync(join(folder, 'train.idx'), index.join(''));
  writeFileSync(join(folder, 'property'), `${people},${SIZE},${SIZE}`);
}

function timeReading(folder: string): void {
  const path = join(folder, 'train.rec');
  const rss = process.memoryUsage().rss;
  let started = now();
  let records = 0;
  let bytes = 0;
  const source = fileSource(path);
  for (const { data } of readRecords(source)) {
    records++;
    bytes += data.length;
  }
  source.close();
  const inOrder = rates(records, started);
  const set = openRecordSet(folder);
  const order = new Rng(1, 'order').permutation(set.count).subarray(0, 50_000);
  started = now();
  for (const i of order) bytes += set.read(i).image.length;
  const atRandom = rates(order.length, started);
  set.close();
  const grown = (process.memoryUsage().rss - rss) / 2 ** 20;
  console.log(`read without decoding, ${(bytes / (records + order.length) / 1024).toFixed(1)} KiB an image:`);
  console.log(`  in order: ${inOrder}\n  at random: ${atRandom}\n  memory grew by ${grown.toFixed(0)} MiB`);
}

/** Runs the child; kills it once so many shards are there. */
async function child(from: string, out: string, killAtShard = Infinity): Promise<void> {
  const process_ = spawn(
    process.execPath,
    ['--import', 'tsx', import.meta.filename, `--import=${from}`, `--out=${out}`],
    { stdio: 'inherit' },
  );
  const shards = () =>
    existsSync(out) ? readdirSync(out).filter((name) => name.endsWith('.rgb')).length : 0;
  const watch = setInterval(() => {
    if (shards() >= killAtShard) process_.kill('SIGKILL');
  }, 20);
  await new Promise((resolve) => process_.on('exit', resolve));
  clearInterval(watch);
}

if (values.import !== undefined && values.out !== undefined) await runImport(values.import, values.out);
else {
  const folder = mkdtempSync(join(tmpdir(), 'id3-recordio-'));
  const out = join(folder, 'dataset');
  try {
    await makeSet(folder);
    console.log(
      `${count} images, train.rec ${(statSync(join(folder, 'train.rec')).size / 2 ** 20).toFixed(0)} MiB`,
    );
    timeReading(folder);
    const shards = Math.ceil(count / 512);
    await child(folder, out, Math.ceil(shards / 3));
    console.log(`killed after ${shardsIn(out)} of ${shards} shards; the same import again:`);
    await child(folder, out);
    const started = performance.now();
    const dataset = openDataset(out);
    const rss = process.memoryUsage().rss / 2 ** 20;
    console.log(
      `${dataset.count} images of ${dataset.identities} people; opened and checked in ${seconds(started).toFixed(1)} s, RSS ${rss.toFixed(0)} MiB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
