import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng, mean } from '@id3/core';
import { type FivePoints, type Point } from '@id3/data';
import { describeEngine, selectEngine } from '@id3/engine';
import sharp from 'sharp';
import { alignment } from '../src/align.ts';
import { predictAttributes } from '../src/attributes.ts';
import { readCfpFiducials, type CfpFiducials } from '../src/cfp-fiducials.ts';
import type { Finding } from '../src/findings.ts';
import { DETECTOR, Looker, networkChoices } from '../src/look.ts';
import { cropPhoto, readPhoto } from '../src/photo.ts';

/**
 * Looks at random photos of some of CFP's people by each detector and measures it against CFP's fiducials: photos without a face, landmark errors, how many
 * are missed and wrong by the doubt that is allowed, the predicted yaw of the crops, and processor time of one thread.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '../shared/faces/cfp' },
    frontal: { type: 'string', default: '200' },
    profile: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    detectors: { type: 'string', default: networkChoices.join() },
    confidence: { type: 'string', default: String(DETECTOR.minConfidence) },
    scales: { type: 'string', default: DETECTOR.scales.join() },
    people: { type: 'string', default: '1-500' },
    doubts: { type: 'string', default: '0.2,0.25,0.3,0.35,0.4,0.5,1' },
  },
});
const folder = join(values.from, 'Data', 'Images');
if (!existsSync(folder)) {
  console.log(`skipped: ${folder} is absent; name the folder of CFP by --from.`);
  process.exit(0);
}

/** Distances between the pupils in one from a pupil to the corner of its side of the mouth, of ArcFace's template: yaw does not change the latter. */
const EYES_PER_FACE = 0.863;
/** Of a face with such an error the crop shows something else. */
const WRONG = 0.25;

const distance = ([x, y]: Point, [u, v]: Point): number => Math.hypot(x - u, y - v);

/** The mean error of the three landmarks that CFP gives, in distances between the eyes. */
function errorOf({ eye, nose, mouth, five }: CfpFiducials, found: FivePoints): number {
  // The half of the face that is seen: in a profile the one that the nose turns away from.
  const [e, m] = eye[0] < nose[0] || five[1] !== eye ? [0, 3] : [1, 4];
  const scale = EYES_PER_FACE * distance(eye, mouth);
  return mean([distance(found[e], eye), distance(found[2], nose), distance(found[m], mouth)]) / scale;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** So many random photos of a kind, the same for one seed. */
function drawn(kind: 'frontal' | 'profile', count: number): string[] {
  const [from, to] = values.people.split('-').map(Number);
  const people = readdirSync(folder).filter((name) => Number(name) >= from && Number(name) <= to);
  const all = people.flatMap((person) =>
    readdirSync(join(folder, person, kind)).map((name) => join(folder, person, kind, name)),
  );
  all.sort();
  const rng = new Rng(Number(values.seed), 'cfp', kind);
  const keys = new Map(all.map((path) => [path, rng.uniform()]));
  return all.sort((a, b) => keys.get(a)! - keys.get(b)!).slice(0, count);
}

console.log(`engine: ${describeEngine(await selectEngine(undefined, { threads: 1 }))}`);
sharp.concurrency(1);
for (const network of values.detectors.split(',') as (typeof networkChoices)[number][]) {
  const scales = values.scales.split(',').map(Number);
  const doubts = values.doubts.split(',').map(Number);
  // Looked at once; what less doubt would leave out is left out below.
  const detector = {
    network,
    minConfidence: Number(values.confidence),
    scales,
    doubt: Math.max(DETECTOR.doubt, ...doubts),
  };
  const looker = await Looker.load({ rule: 'largest', detector });
  for (const kind of ['frontal', 'profile'] as const) {
    const paths = drawn(kind, Number(values[kind]));
    if (paths.length === 0) continue;
    // Compiles.
    for (let k = 0; k < 3; k++) await looker.look(paths[0]);
    const started = process.cpuUsage();
    const findings: Finding[] = [];
    for (const path of paths) findings.push(await looker.look(path));
    const { user, system } = process.cpuUsage(started);
    const within = (most: number): Finding[] =>
      findings.map(({ landmarks, ...finding }) => ({
        ...finding,
        ...((finding.doubt ?? 0) < most && { landmarks }),
      }));
    const taken = within(DETECTOR.doubt);
    report(`${network}, ${kind}`, paths, taken, (user + system) / 1000 / paths.length);
    for (const most of doubts) {
      const { missed, wrong } = rates(paths, within(most));
      console.log(`  doubt below ${most}: missed ${missed}, wrong ${wrong}`);
    }
    await reportYaw(paths, taken);
  }
}

/** The errors of the photos in which a face was taken, in order, and the shares of those without and with a wrong one. */
function rates(paths: readonly string[], findings: readonly Finding[]) {
  const errors = paths
    .flatMap((path, i) => {
      const { landmarks } = findings[i];
      return landmarks ? [errorOf(readCfpFiducials(path), landmarks as unknown as FivePoints)] : [];
    })
    .sort((a, b) => a - b);
  const share = (count: number) => `${((100 * count) / paths.length).toFixed(1)} %`;
  const wrong = share(errors.filter((error) => error > WRONG).length);
  return { errors, missed: share(paths.length - errors.length), wrong };
}

function report(name: string, paths: readonly string[], findings: readonly Finding[], cpu: number): void {
  const { errors, missed, wrong } = rates(paths, findings);
  console.log(
    `${name}: ${paths.length} photos, missed ${missed}, ` +
      `error mean ${mean(errors).toFixed(3)}, median ${quantile(errors, 0.5).toFixed(3)}, 90 % ${quantile(errors, 0.9).toFixed(3)}, ` +
      `wrong (over ${WRONG}) ${wrong}; ${cpu.toFixed(1)} ms of processor time a photo`,
  );
}

/** The yaw that was found in the photos, and that of the crops alone, as `tools:attributes` predicts it of crops that came as such. */
async function reportYaw(paths: readonly string[], findings: readonly Finding[]): Promise<void> {
  const crops: Uint8Array[] = [];
  const signs: number[] = [];
  const found: number[] = [];
  for (const [i, path] of paths.entries()) {
    const { landmarks, yaw = 0 } = findings[i];
    if (landmarks === undefined) continue;
    found.push(yaw);
    crops.push(cropPhoto(await readPhoto(path), alignment(landmarks, 112), 112));
    const { eye, nose, profile } = readCfpFiducials(path);
    signs.push(profile ? Math.sign(nose[0] - eye[0]) : 0);
  }
  const ofCrops = (await predictAttributes(crops, 112)).map(({ yaw }) => yaw);
  for (const [name, yaws] of Object.entries({ photos: found, crops: ofCrops })) {
    const right = yaws.filter((yaw, i) => signs[i] * yaw > 0).length / yaws.length;
    const sign = signs.some(Boolean) ? `, sign right in ${(100 * right).toFixed(1)} %` : '';
    console.log(`  yaw of ${name}: mean of its size ${mean(yaws.map(Math.abs)).toFixed(1)} degrees${sign}`);
  }
}
