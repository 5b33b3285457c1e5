// A recogniser on a benchmark: is it the same person? Here the committed f on a small rendered namesake of LFW.
//   npx tsx examples/verify-a-recogniser.ts [PAIRS]
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetWriter, FaceRenderer, openDataset, renderItems } from '@id3/data';
import { selectEngine } from '@id3/engine';
import { planBenchmark, verify } from '@id3/eval';
import { embedWith, loadAnyRecogniser } from '@id3/model';

// Render the pairs: people of the test pool, whom f has never seen.
const spec = { name: 'rendered-lfw', seed: 1, pairs: Number(process.argv[2] ?? 400), folds: 10 } as const;
const { images, pairs } = planBenchmark(spec);
const folder = mkdtempSync(join(tmpdir(), 'id3-example-'));
const size = { height: 32, width: 32, count: images.length, imagesPerShard: images.length };
const writer = DatasetWriter.open(folder, { kind: 'rendered', spec, ...size });
writer.writeShard(0, renderItems(await FaceRenderer.load(), { seed: 1, size: 32, pool: 'test' }, images));
writer.finish({ pairs });

// Ten folds: the threshold is chosen on nine, the accuracy is that on the tenth.
await selectEngine();
const f = loadAnyRecogniser(`${import.meta.dirname}/../experiments/weights/quick-f.safetensors`);
const { accuracy, accuracyStd, auc, eer, tarAtFar } = await verify(embedWith(f), openDataset(folder), {
  benchmark: spec.name,
});

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
console.log(`${spec.name}, ${pairs.length} pairs: accuracy ${percent(accuracy)} ± ${percent(accuracyStd)}`);
console.log(`AUC ${percent(auc)}, EER ${percent(eer)}, TAR@FAR=0.1 ${percent(tarAtFar['0.1'])}`);
