import { join } from 'node:path';
import { UserError, firstLine, hashOf, writeFileAtomic } from '@id3/core';
import {
  applySimilarity,
  fitSimilarity,
  importImages,
  templateFor,
  type FaceRecord,
  type ImageSource,
  type Point,
  type Similarity,
} from '@id3/data';
import { chooseFace, type FaceRule } from './choose.ts';
import { FindingsFile, type Finding } from './findings.ts';
import { DETECTOR, FaceDetector, type DetectorOptions } from './detector.ts';
import { centralSquare, cropPhoto, readPhoto } from './photo.ts';

export interface AlignOptions {
  /** Pixels of a side of the crops; default 112. */
  readonly size?: number;
  /** Default `largest`. */
  readonly rule?: FaceRule;
  readonly detector?: DetectorOptions;
  /** Called after each photo that was looked at, those of a killed run among them. */
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
  /** Images of the dataset. */
  readonly kept: number;
  /** Of those, cut from the middle of a photo without a chosen face: pairs need each of their photos. */
  readonly central: number;
  /** The photos that were left out or cut from the middle, and why. */
  readonly exceptions: readonly { readonly photo: string; readonly why: string }[];
}

/** Written beside the dataset's own files. */
export const ALIGNMENT_FILE = 'alignment.json';
const DEFAULT_SIZE = 112;

/**
 * Makes a dataset in `folder` of raw photos. Faces are detected, the rule chooses one of each photo, and the similarity that best fits
 * its five landmarks to ArcFace's template cuts the crop (InsightFace's `norm_crop`). A photo without a chosen face is left out;
 * but where the source has pairs, which need every photo, its middle is cut, as InsightFace does. Findings are kept photo by
 * photo, so a killed run continues. Throws a UserError where no face is found at all, or where the folder holds something else.
 */
export async function alignPhotos(
  source: ImageSource,
  folder: string,
  { size = DEFAULT_SIZE, rule = 'largest', detector = DETECTOR, onPhotos }: AlignOptions = {},
): Promise<AlignmentReport> {
  const options = { rule, detector };
  const findings = FindingsFile.open(folder, hashOf({ source: source.spec, ...options }));
  const found: Finding[] = [...findings.found];
  if (found.length < source.count) {
    const faces = await FaceDetector.load(detector);
    for (let i = found.length; i < source.count; i++) {
      const finding = await look(source, i, faces, rule);
      findings.add(finding);
      found.push(finding);
      onPhotos?.(i + 1, source.count);
    }
  }
  const report = reportOf(source, found);
  if (report.one + report.several === 0)
    throw new UserError(
      `No face was found in any of the ${source.count} photos of ${source.spec.source}; lower --confidence or check the folder.`,
    );
  await importImages(alignedSource(source, found, options), folder, { size });
  writeFileAtomic(join(folder, ALIGNMENT_FILE), JSON.stringify({ ...report, ...options }, null, 1));
  return report;
}

async function look(source: ImageSource, i: number, faces: FaceDetector, rule: FaceRule): Promise<Finding> {
  let photo;
  try {
    photo = await readPhoto(source.picture(i));
  } catch (error) {
    return { unreadable: firstLine(error) };
  }
  const detected = await faces.detect(photo);
  const chosen = chooseFace(detected, rule, photo);
  if (chosen === undefined) return { faces: detected.length };
  const { score } = detected[chosen];
  const landmarks = await faces.landmarks(photo, detected[chosen]);
  return {
    faces: detected.length,
    score,
    landmarks: landmarks.map(([x, y]): Point => [rounded(x), rounded(y)]),
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The crops of the photos that are kept, with labels renumbered where people are left out. */
function alignedSource(
  source: ImageSource,
  found: readonly Finding[],
  options: { rule: FaceRule; detector: DetectorOptions },
): ImageSource {
  const kept = found.flatMap((finding, i) => (isKept(source, finding) ? [i] : []));
  const labels = new Map<number, number>();
  for (const i of kept) {
    const { label } = source.record(i);
    if (!labels.has(label)) labels.set(label, labels.size);
  }
  return {
    spec: {
      ...source.spec,
      aligned: {
        rule: options.rule,
        detector: { ...options.detector, scales: [...options.detector.scales] },
      },
    },
    count: kept.length,
    picture: (k) => source.picture(kept[k]),
    async decode(k, size) {
      const photo = await readPhoto(source.picture(kept[k]));
      const { landmarks } = found[kept[k]];
      return cropPhoto(photo, landmarks ? alignment(landmarks, size) : centralSquare(photo, size), size);
    },
    record(k): FaceRecord {
      const { score } = found[kept[k]];
      const record = source.record(kept[k]);
      return { ...record, label: labels.get(record.label)!, detection: score ?? 0 };
    },
    nameOf: (k) => source.nameOf(kept[k]),
    pairs: source.pairs,
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
  const unreadable = found.findIndex((finding) => finding.unreadable !== undefined);
  if (source.pairs !== undefined && unreadable >= 0)
    throw new UserError(
      `${source.nameOf(unreadable)} cannot be read as a picture (${found[unreadable].unreadable}), but pairs need it; mend it and align into another folder.`,
    );
  const why = ({ faces, unreadable: reason }: Finding) =>
    reason ?? (faces === 0 ? 'no face' : `${faces} faces`);
  return {
    photos: source.count,
    one: count(({ faces }) => faces === 1),
    several: count(({ faces = 0 }) => faces > 1),
    none: count(({ faces }) => faces === 0),
    unreadable: count((finding) => finding.unreadable !== undefined),
    kept: count((finding) => isKept(source, finding)),
    central: count((finding) => finding.landmarks === undefined && isKept(source, finding)),
    exceptions: found.flatMap((finding, i) =>
      finding.landmarks === undefined ? [{ photo: source.nameOf(i), why: why(finding) }] : [],
    ),
  };
}
