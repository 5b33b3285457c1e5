import { join } from 'node:path';
import { UserError, firstLine, hashOf, writeFileAtomic } from '@id3/core';
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
  /** What to do where a photo cannot be read; default `stop` where pairs need every photo, else `skip`. */
  readonly bad?: Bad;
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
  { size = DEFAULT_SIZE, rule = 'largest', detector = DETECTOR, bad, onPhotos }: AlignOptions = {},
): Promise<Aligned> {
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
  refuseUnreadable(source, found, bad ?? (source.pairs ? 'stop' : 'skip'));
  const report = reportOf(source, found);
  if (report.one + report.several === 0)
    throw new UserError(
      `No face was found in any of the ${source.count} photos of ${source.spec.source}; lower --confidence or check the folder.`,
    );
  const imported = await importImages(alignedSource(source, found, options), folder, { size, bad });
  writeFileAtomic(join(folder, ALIGNMENT_FILE), JSON.stringify({ ...report, ...options }, null, 1));
  return { report, imported };
}

/** Throws a UserError at the first photo that cannot be read, where none may be left out. */
function refuseUnreadable(source: ImageSource, found: readonly Finding[], bad: Bad): void {
  const i = found.findIndex(({ unreadable }) => unreadable !== undefined);
  if (i >= 0 && bad === 'stop')
    throw new UserError(
      `${source.nameOf(i)} cannot be read as a picture (${found[i].unreadable}); mend it and align into another folder, or have such left out by --bad=skip.`,
    );
}

async function look(source: ImageSource, i: number, faces: FaceDetector, rule: FaceRule): Promise<Finding> {
  let photo;
  try {
    photo = await readPhoto(source.picture(i));
  } catch (error) {
    return { unreadable: firstLine(error) };
  }
  const { warning } = photo;
  const remark = warning === undefined ? {} : { warning };
  const detected = await faces.detect(photo);
  const chosen = chooseFace(detected, rule, photo);
  if (chosen === undefined) return { ...remark, faces: detected.length };
  const { score } = detected[chosen];
  const landmarks = await faces.landmarks(photo, detected[chosen]);
  return {
    ...remark,
    faces: detected.length,
    score,
    landmarks: landmarks.map(([x, y]): Point => [rounded(x), rounded(y)]),
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The crops of the photos that are kept, subset. */
function alignedSource(
  source: ImageSource,
  found: readonly Finding[],
  options: { rule: FaceRule; detector: DetectorOptions },
): ImageSource {
  const kept = found.flatMap((finding, i) => (isKept(source, finding) ? [i] : []));
  const photos = subset(source, kept);
  return {
    ...photos,
    spec: {
      ...source.spec,
      aligned: {
        rule: options.rule,
        detector: { ...options.detector, scales: [...options.detector.scales] },
      },
    },
    async decode(k, size) {
      const photo = await readPhoto(photos.picture(k));
      const { landmarks } = found[kept[k]];
      return cropPhoto(photo, landmarks ? alignment(landmarks, size) : centralSquare(photo, size), size);
    },
    record(k): FaceRecord {
      return { ...photos.record(k), detection: found[kept[k]].score ?? 0 };
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
