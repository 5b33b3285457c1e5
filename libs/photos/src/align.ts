import { join } from 'node:path';
import { UserError, firstLine, writeFileAtomic } from '@id3/core';
import {
  applySimilarity,
  fitSimilarity,
  importImages,
  subset,
  templateFor,
  type Bad,
  type FaceRecord,
  type ImageSource,
  type ImportReport,
  type Point,
  type Similarity,
} from '@id3/data';
import { readCfpFiducials } from './cfp-fiducials.ts';
import type { FaceRule } from './choose.ts';
import { FindingsStore, photoKey, type Finding } from './findings.ts';
import { lookAtPhotos, type PoolOptions } from './look-pool.ts';
import { DETECTOR, LOOK, type DetectorOptions, type LookOptions } from './look.ts';
import { POSE_PREDICTOR } from './pose.ts';
import { centralSquare, cropPhoto, readPhoto } from './photo.ts';

/** `cfp` takes the fiducials that come with CFP instead of looking for faces. */
export const landmarkSources = ['found', 'cfp'] as const;
export type LandmarkSource = (typeof landmarkSources)[number];

export interface AlignOptions extends PoolOptions {
  /** Pixels of a side of the crops; default 112. */
  readonly size?: number;
  /** Default `largest`. */
  readonly rule?: FaceRule;
  readonly detector?: DetectorOptions;
  /** Default `found`. */
  readonly landmarks?: LandmarkSource;
  /** What to do where a photo cannot be read; default `stop` where pairs need every photo, else `skip`. */
  readonly bad?: Bad;
  /** The folder of what was found in photos, for every dataset that asks for the same ones; default: `.findings` beside the dataset. */
  readonly findings?: string;
  /** Called when a photo was looked at; those that were looked at before are counted first. */
  readonly onPhotos?: (done: number, count: number) => void;
}

/** What became of the photos; every photo is in one of the first four. */
export interface AlignmentReport {
  readonly photos: number;
  /** One face found. */
  readonly one: number;
  /** Several faces found, of which the rule decided. */
  readonly several: number;
  /** No face found. */
  readonly none: number;
  /** No picture that can be decoded. */
  readonly unreadable: number;
  /** Taken although the decoder warned. */
  readonly warned: number;
  /** Images of the dataset. */
  readonly kept: number;
  /** Of those, cut from the middle of a photo without a chosen face: pairs need each of their photos. */
  readonly central: number;
  /** The photos that were left out or cut from the middle, and why. */
  readonly exceptions: readonly { readonly photo: string; readonly why: string }[];
}

/** The report, and what became of files that are no photos. */
export interface Aligned {
  readonly report: AlignmentReport;
  readonly imported: ImportReport;
}

/** Written beside the dataset's own files. */
export const ALIGNMENT_FILE = 'alignment.json';
/** Beside the datasets. */
const FINDINGS_FOLDER = '.findings';
const DEFAULT_SIZE = 112;

/**
 * Makes a dataset in `folder` of raw photos. Faces are detected, the rule chooses one of each photo, and the similarity that best fits
 * its five landmarks to ArcFace's template cuts the crop (InsightFace's `norm_crop`). A photo without a chosen face is left out;
 * but where the source has pairs, which need every photo, its middle is cut, as InsightFace does. What is found in a photo is kept by the photo's
 * hash, so a killed run continues, and another dataset of the same photos does not look at them again. Throws a UserError where no
 * face is found at all, or where the folder holds something else.
 */
export async function alignPhotos(
  source: ImageSource,
  folder: string,
  options: AlignOptions = {},
): Promise<Aligned> {
  const { size = DEFAULT_SIZE, bad } = options;
  const way = wayOf(options);
  const found = 'landmarks' in way ? givenLandmarks(source) : await findingsOf(source, folder, way, options);
  refuseUnreadable(source, found, bad ?? (source.pairs ? 'stop' : 'skip'));
  const report = reportOf(source, found);
  if (report.one + report.several === 0)
    throw new UserError(
      `No face was found in any of the ${source.count} photos of ${source.spec.source}; lower --confidence or check the folder.`,
    );
  const imported = await importImages(alignedSource(source, found, way), folder, { size, bad });
  writeFileAtomic(join(folder, ALIGNMENT_FILE), JSON.stringify({ ...report, ...way }, null, 1));
  return { report, imported };
}

/** Where landmarks come from: all that a crop depends on beside the photo and its size. */
type Way = (LookOptions & { readonly look: string }) | { readonly landmarks: 'cfp' };

const wayOf = ({ rule = 'largest', detector = DETECTOR, landmarks = 'found' }: AlignOptions): Way =>
  landmarks === 'cfp' ? { landmarks } : { rule, detector, look: LOOK };

const givenLandmarks = (source: ImageSource): Finding[] =>
  Array.from({ length: source.count }, (_, i) => ({
    faces: 1,
    score: 1,
    landmarks: [...readCfpFiducials(source.nameOf(i)).five],
  }));

/** The findings of all photos; those that nobody looked at before are looked at in worker processes. */
async function findingsOf(
  source: ImageSource,
  folder: string,
  way: Way & LookOptions,
  { findings = join(folder, '..', FINDINGS_FOLDER), onPhotos, ...pool }: AlignOptions,
): Promise<Finding[]> {
  const store = FindingsStore.open(findings, way);
  const photos = Array.from({ length: source.count }, (_, i) => keyed(source, i));
  const open = [...new Map(photos.flatMap(({ key }, i) => (key && !store.get(key) ? [[key, i]] : [])))];
  let done = source.count - open.length;
  await lookAtPhotos(
    { count: open.length, picture: (k) => source.picture(open[k][1]) },
    way,
    (k, finding) => {
      store.add(open[k][0], finding);
      onPhotos?.(++done, source.count);
    },
    pool,
  );
  return photos.map(({ key, unreadable }) => (key === undefined ? { unreadable } : store.get(key)!));
}

/** A photo's key, or why it cannot be read from its disk. */
function keyed(source: ImageSource, i: number): { key?: string; unreadable?: string } {
  try {
    return { key: photoKey(source.picture(i)) };
  } catch (error) {
    return { unreadable: firstLine(error) };
  }
}

/** Throws a UserError at the first photo that cannot be read, where none may be left out. */
function refuseUnreadable(source: ImageSource, found: readonly Finding[], bad: Bad): void {
  const i = found.findIndex(({ unreadable }) => unreadable !== undefined);
  if (i >= 0 && bad === 'stop')
    throw new UserError(
      `${source.nameOf(i)} cannot be read as a picture (${found[i].unreadable}); mend it and align into another folder, or have such left out by --bad=skip.`,
    );
}

/** The crops of the photos that are kept, subset. */
function alignedSource(source: ImageSource, found: readonly Finding[], way: Way): ImageSource {
  const kept = found.flatMap((finding, i) => (isKept(source, finding) ? [i] : []));
  const photos = subset(source, kept);
  return {
    ...photos,
    spec: {
      ...source.spec,
      aligned:
        'detector' in way ? { ...way, detector: { ...way.detector, scales: [...way.detector.scales] } } : way,
    },
    async decode(k, size) {
      const photo = await readPhoto(photos.picture(k));
      const { landmarks } = found[kept[k]];
      return cropPhoto(photo, landmarks ? alignment(landmarks, size) : centralSquare(photo, size), size);
    },
    record(k): FaceRecord {
      const { score = 0, yaw, pitch } = found[kept[k]];
      const pose = yaw === undefined ? {} : { yaw, pitch, predictor: POSE_PREDICTOR };
      return { ...pose, ...photos.record(k), detection: score };
    },
  };
}

/** Where the pixels of the crop lie in the photo: the inverse of the similarity from landmarks to template. */
export function alignment(landmarks: readonly Point[], size: number): Similarity {
  const { a, b, tx, ty } = fitSimilarity(landmarks, templateFor(size));
  const square = a * a + b * b;
  const inverse = { a: a / square, b: -b / square, tx: 0, ty: 0 };
  const [x, y] = applySimilarity(inverse, [tx, ty]);
  return { ...inverse, tx: -x, ty: -y };
}

const isKept = (source: ImageSource, { landmarks, unreadable }: Finding): boolean =>
  landmarks !== undefined || (source.pairs !== undefined && unreadable === undefined);

function reportOf(source: ImageSource, found: readonly Finding[]): AlignmentReport {
  const count = (is: (finding: Finding) => boolean) => found.filter(is).length;
  const why = ({ faces, unreadable: reason }: Finding) =>
    reason ?? (faces === 0 ? 'no face' : `${faces} faces`);
  return {
    photos: source.count,
    one: count(({ faces }) => faces === 1),
    several: count(({ faces = 0 }) => faces > 1),
    none: count(({ faces }) => faces === 0),
    unreadable: count((finding) => finding.unreadable !== undefined),
    warned: count(({ warning }) => warning !== undefined),
    kept: count((finding) => isKept(source, finding)),
    central: count((finding) => finding.landmarks === undefined && isKept(source, finding)),
    exceptions: found.flatMap((finding, i) =>
      finding.landmarks === undefined ? [{ photo: source.nameOf(i), why: why(finding) }] : [],
    ),
  };
}
