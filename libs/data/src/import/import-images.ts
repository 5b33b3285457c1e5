import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { UserError, firstLine, hashOf, writeFileAtomic } from '@id3/core';
import { z } from 'zod';
import type { Channels, Manifest } from '../datasets/manifest.ts';
import { DatasetWriter } from '../datasets/writer.ts';
import { decodeImage, type Decoded } from './decode.ts';
import type { Passed } from './folder.ts';
import type { ImageSource } from './image-source.ts';
import { beginImport, endImport, saveProgress, type Progress, type Remark } from './progress.ts';
import { subset } from './subset.ts';

export const BAD = ['skip', 'stop'] as const;
/** What becomes of an import when a picture cannot be read. */
export type Bad = (typeof BAD)[number];

export interface ImportOptions {
  /**
   * Pixels of a side of the dataset's images, by default what the source says or else 112; pictures of another size are
   * scaled after cutting the longer side in the middle.
   */
  size?: number;
  /** Of the pixels that the source's own `decode` gives; default 3, as pictures are decoded here. */
  channels?: Channels;
  /** Default 512: at 112×112 a shard has 18 MiB, which is what the import holds in memory. */
  imagesPerShard?: number;
  /** Default `stop` where pairs need every picture, else `skip`. */
  bad?: Bad;
  /** Called after each shard with the number of images done, those of a killed import among them. */
  onImages?: (done: number, count: number) => void;
}

const passedSchema = z.array(z.strictObject({ path: z.string(), why: z.string() }));
const importReportSchema = z.strictObject({
  /** Not pictures, or in no place for one. */
  passed: passedSchema,
  /** Pictures that cannot be read and were left out. */
  unreadable: passedSchema,
  /** Pictures that were taken although their decoder warned. */
  warned: passedSchema,
  /** Pairs that were left out because a picture of theirs cannot be read. */
  pairsLost: z.int(),
  notes: z.array(z.string()),
});
export type ImportReport = z.infer<typeof importReportSchema>;

/** Written beside the dataset's own files. */
export const IMPORT_FILE = 'import.json';
/** The size of an aligned face in the field (ArcFace). */
const DEFAULT_SIZE = 112;

/**
 * Makes a dataset in `folder` of a source's pictures, shard by shard; one that a killed process was making is continued, one that is
 * complete is left as it is. Throws a UserError where the folder holds something else, where no picture can be read, or, if so
 * wanted, at the first that cannot.
 */
export async function importImages(
  source: ImageSource,
  folder: string,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const { size = source.size ?? DEFAULT_SIZE, channels = 3, imagesPerShard = 512, onImages } = options;
  const bad = options.bad ?? (source.pairs ? 'stop' : 'skip');
  const spec = {
    ...source.spec,
    source: resolve(source.spec.source),
    size,
    ...(channels === 1 && { channels }),
    imagesPerShard,
  };
  const progress = beginImport(folder, hashOf(spec));
  if (progress === undefined) {
    onImages?.(source.count, source.count);
    return reportIn(folder);
  }
  const [broken] = source.broken ?? [];
  if (broken && bad === 'stop')
    throw new UserError(
      `${broken.path} cannot be read (${broken.why}); get the file again, or leave such records out by --bad=skip.`,
    );
  // Pictures are small and many: a thread each, and none is seen twice.
  sharp.concurrency(1);
  sharp.cache(false);
  const job = { folder, spec, size, channels, imagesPerShard };
  const kept = await writeShards(source, progress, { ...job, bad, onImages });
  const report = reportOf(source, progress, kept);
  writeFileAtomic(join(folder, IMPORT_FILE), JSON.stringify(report, null, 1));
  const writer = writerOf(kept, job);
  writer.finish({ pairs: kept.pairs });
  endImport(folder);
  return report;
}

interface Job {
  readonly folder: string;
  readonly spec: Manifest['spec'];
  readonly size: number;
  readonly channels: Channels;
  readonly imagesPerShard: number;
}

const writerOf = (
  { count }: ImageSource,
  { folder, spec, size, channels, imagesPerShard }: Job,
): DatasetWriter =>
  DatasetWriter.open(folder, {
    kind: 'imported',
    spec,
    height: size,
    width: size,
    channels,
    count,
    imagesPerShard,
  });

/**
 * Writes the shards that are missing and returns the source without unreadable pictures, which `progress` gets. Where a shard meets such, it is
 * made again without them: those before it stay as they are.
 */
async function writeShards(
  source: ImageSource,
  progress: Progress,
  job: Job & Pick<ImportOptions, 'onImages'> & { bad: Bad },
): Promise<ImageSource> {
  const { folder, size, channels, bad, onImages } = job;
  const bytes = size * size * channels;
  const indices = () => {
    const left = new Set(progress.unreadable.map(({ picture }) => picture));
    return Array.from({ length: source.count }, (_, i) => i).filter((i) => !left.has(i));
  };
  let members = indices();
  let kept = subset(source, members);
  let writer = writerOf(kept, job);
  for (let k = 0; k < writer.shards;) {
    const [from, to] = writer.shardRange(k);
    if (!writer.hasShard(k)) {
      const images = new Uint8Array((to - from) * bytes);
      const places = Array.from({ length: to - from }, (_, b) => from + b);
      const unreadable: Remark[] = [];
      const warned: Remark[] = [];
      await Promise.all(
        places.map(async (i) => {
          try {
            const { value, warning } = await pixelsOf(kept, i, size);
            images.set(value, (i - from) * bytes);
            if (warning !== undefined) warned.push({ picture: members[i], why: warning });
          } catch (error) {
            if (bad === 'stop' || !(error instanceof UserError)) throw error;
            unreadable.push({ picture: members[i], why: firstLine(error.cause ?? error) });
          }
        }),
      );
      if (unreadable.length > 0) {
        progress.unreadable.push(...unreadable);
        saveProgress(folder, progress);
        members = indices();
        if (members.length === 0)
          throw new UserError(
            `None of the ${source.count} pictures of ${source.spec.source} can be read (${source.nameOf(unreadable[0].picture)}: ${unreadable[0].why}); check --from.`,
          );
        kept = subset(source, members);
        writer = writerOf(kept, job);
        continue;
      }
      if (warned.length > 0) {
        progress.warned.push(...warned);
        saveProgress(folder, progress);
      }
      writer.writeShard(k, { images, records: places.map((i) => kept.record(i)) });
    }
    onImages?.(to, kept.count);
    k++;
  }
  // Shards that were written before somebody's last picture was lost count that person.
  if (kept.count < source.count) writer.rewriteRecords((i) => kept.record(i));
  return kept;
}

async function pixelsOf(source: ImageSource, i: number, size: number): Promise<Decoded<Uint8Array>> {
  if (source.decode) return { value: await source.decode(i, size) };
  return decodeImage(source.picture(i), size, source.nameOf(i));
}

function reportOf(source: ImageSource, progress: Progress, kept: ImageSource): ImportReport {
  // A killed shard may have left its remarks twice.
  const named = (remarks: readonly Remark[]) =>
    [...new Map(remarks.map((remark) => [remark.picture, remark])).values()]
      .sort((a, b) => a.picture - b.picture)
      .map(({ picture, why }) => ({ path: source.nameOf(picture).replace(/,$/, ''), why }));
  return {
    passed: [...(source.passed ?? [])],
    unreadable: [...(source.broken ?? []), ...named(progress.unreadable)],
    warned: named(progress.warned),
    pairsLost: (source.pairs?.length ?? 0) - (kept.pairs?.length ?? 0),
    notes: [...(source.notes ?? [])],
  };
}

/** The report of a dataset that is complete; an empty one of a dataset that is older than reports. */
function reportIn(folder: string): ImportReport {
  const path = join(folder, IMPORT_FILE);
  if (!existsSync(path)) return { passed: [], unreadable: [], warned: [], pairsLost: 0, notes: [] };
  return importReportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** What a person should know of an import: one line for each kind of remark, with a count and an example. */
export function describeReport({ passed, unreadable, warned, pairsLost, notes }: ImportReport): string[] {
  const line = (list: readonly Passed[], what: string) =>
    list.length === 0 ? [] : [`${list.length} ${what}, such as ${list[0].path} (${list[0].why}).`];
  const reasons = new Map<string, Passed[]>();
  for (const one of passed) reasons.set(one.why, [...(reasons.get(one.why) ?? []), one]);
  return [
    ...[...reasons.values()].flatMap((list) => line(list, 'passed over')),
    ...line(unreadable, 'left out, for they cannot be read'),
    ...(pairsLost > 0 ? [`${pairsLost} pairs are left out with them: this is not the whole benchmark.`] : []),
    ...line(warned, 'taken although their decoder warned'),
    ...notes,
  ];
}
