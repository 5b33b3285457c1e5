import { UserError } from '@id3/core';
import { openDataset, peopleIn, personKey, scaledImage, type Dataset, type Images } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import { leakage, novelty, type Leakage, type Novelty } from '@id3/eval';
import { embedDataset, embedWith, loadAnyRecogniser } from '@id3/model';
import { namedRecogniser, type RecogniserChoice } from './recognisers.ts';

/** What is compared; paths are folders of datasets, but for `f`, a checkpoint. */
interface Compared {
  readonly generated: string;
  readonly training: string;
  readonly heldOut: string;
  readonly f: string | undefined;
  /** Cosine from which the third recogniser takes two faces for one. */
  readonly threshold: number;
  /** Of the draws of real people. */
  readonly seed: number;
  /** The third recogniser. */
  readonly recogniser: RecogniserChoice;
}

/** Measures and prints leakage, and, where f is given, novelty. */
export async function answerOpenQuestions(compared: Compared): Promise<void> {
  const { generated, training, heldOut, f, threshold, seed, recogniser } = compared;
  const [made, trained, others] = [generated, training, heldOut].map(openDataset);
  const strangers = strangersIn(others, trained);
  console.log(`engine: ${describeEngine(await selectEngine())}`);
  const { embed } = await namedRecogniser(recogniser);
  const known = await shownAs(made, trained);
  const [a, b, c] = [
    await embedDataset(embed, made),
    await embedDataset(embed, await shownAs(made, others, strangers)),
    await embedDataset(embed, known),
  ];
  const size = a.length / made.count;
  printLeakage(
    leakage({
      generated: a,
      heldOut: b,
      heldOutLabels: strangers.map((i) => others.labels[i]),
      training: c,
      trainingLabels: trained.labels,
      ...{ size, threshold, seed },
    }),
    threshold,
  );
  if (f !== undefined) printNovelty(await noveltyOf(f, made, { ...known, labels: trained.labels }));
}

type People = Pick<Dataset, 'folder' | 'count' | 'record'>;

/**
 * The images of people who were not trained on, as far as names tell. Throws a UserError where there are none.
 *
 * @returns their indices, ascending
 */
export function strangersIn(heldOut: People, training: People): number[] {
  const recordsOf = ({ count, record }: People) => Array.from({ length: count }, (_, i) => record(i));
  const known = peopleIn(recordsOf(training)).images;
  const strangers = recordsOf(heldOut).flatMap(({ person }, i) => {
    const key = personKey(person);
    return key !== undefined && known.has(key) ? [] : [i];
  });
  if (strangers.length === 0)
    throw new UserError(
      `Everybody of ${heldOut.folder} is in ${training.folder} too; name a dataset of other people by --held-out.`,
    );
  const left = heldOut.count - strangers.length;
  if (left > 0)
    console.log(`${left} of ${heldOut.count} held-out faces are of people trained on and were left out.`);
  return strangers;
}

/**
 * All images, or those of some indices, in the size and channels of the generated ones, so that neither tells them apart. Scaled ones are kept in memory.
 * Throws a UserError where they are smaller than the generated ones.
 */
export async function shownAs(made: Images, images: Images, indices?: readonly number[]): Promise<Images> {
  const { height, width, channels } = made;
  const count = indices?.length ?? images.count;
  const at = (i: number) => indices?.[i] ?? i;
  if (images.width === width && images.height === height && images.channels === channels)
    return { count, height, width, channels, image: (i) => images.image(at(i)) };
  if (images.width < width)
    throw new UserError(
      `Images of ${images.width}×${images.height} pixels tell less than the generated ones of ${width}×${height}; take them over again in that size.`,
    );
  const scaled: Uint8Array[] = [];
  for (let i = 0; i < count; i++) scaled.push(await scaledImage(images, at(i), { size: width, channels }));
  return { count, height, width, channels, image: (i) => scaled[i] };
}

async function noveltyOf(
  path: string,
  made: Dataset,
  trained: Images & Pick<Dataset, 'labels'>,
): Promise<Novelty> {
  const recogniser = loadAnyRecogniser(path);
  const { embeddingSize: size } = recogniser;
  if (made.embedding(0)?.length !== size)
    throw new UserError(
      `${made.folder} was not asked for in the space of ${path}; name the f that it was made with.`,
    );
  const asked = new Float32Array(made.count * size);
  for (let i = 0; i < made.count; i++) asked.set(made.embedding(i)!, i * size);
  return novelty({
    embeddings: await embedDataset(embedWith(recogniser), made),
    asked,
    labels: made.labels,
    training: await embedDataset(embedWith(recogniser), trained),
    trainingLabels: trained.labels,
    size,
  });
}

function printLeakage({ generated, heldOut, excess, ofTraining }: Leakage, threshold: number): void {
  console.log('Cosine to the nearest training face:');
  for (const [name, { faces, mean, median, percentile95, max, shareAbove }] of [
    ['generated', generated],
    ['held out', heldOut],
  ] as const)
    console.log(
      `  ${name.padEnd(9)} ${faces} faces: mean ${mean.toFixed(3)}, median ${median.toFixed(3)}, 95 % below ${percentile95.toFixed(3)}, max ${max.toFixed(3)}; ${(100 * shareAbove).toFixed(1)} % at ${threshold} or above`,
    );
  console.log(
    `  A generated face is nearer to training than a held-out one with probability ${excess.toFixed(3)} (0.5: no leak can be seen).`,
  );
  console.log(
    `  Among as many people of either, a face each, the most alike to a generated one is a training face with probability ${ofTraining.toFixed(3)} (0.5: no leak can be seen).`,
  );
}

function printNovelty({ bins, correlation }: Novelty): void {
  console.log("Identities by the cosine of what was asked for to the nearest training person, in f's space:");
  for (const { identities, nearest, toAsked, toCentre } of bins)
    console.log(
      `  ${nearest.map((value) => value.toFixed(2)).join(' to ')}: ${identities} identities, cosine to the asked y ${toAsked.toFixed(3)}, to their centre ${toCentre.toFixed(3)}`,
    );
  console.log(`  Rank correlation of nearness to training and cosine to y: ${correlation.toFixed(2)}.`);
}
