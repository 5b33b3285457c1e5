import { readFileSync, statSync } from 'node:fs';
import { UserError } from '@id3/core';
import { parsePickle } from './pickle.ts';
import { NumpyArray } from './pickle-values.ts';

/** The largest set that the field uses has some 200 MB. */
const MAX_BYTES = 2 ** 30;

/** A verification set as InsightFace packs it: pair i is the images 2i and 2i + 1. */
export interface VerificationBin {
  /** Encoded (JPEG, PNG): [2·pairs]; views of the file's bytes. */
  readonly images: readonly Uint8Array[];
  /** Whether both are of one person: [pairs]. */
  readonly same: readonly boolean[];
}

/** Reads `lfw.bin`, `agedb_30.bin` and the like. Throws a UserError where the file is missing, too large or not one. */
export function readVerificationBin(path: string): VerificationBin {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES)
      throw new UserError(
        `${path} has ${size} bytes, more than any verification set (${MAX_BYTES} are read at most); check the path.`,
      );
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path.`);
  }
  return parseVerificationBin(bytes, path);
}

/** The set in the bytes of a `.bin` file, a pickle of (encoded images, flags); `name` is what error messages call it. */
export function parseVerificationBin(bytes: Uint8Array, name: string): VerificationBin {
  const refuse = (what: string): never => {
    throw new UserError(
      `${name} ${what}; expected InsightFace's pair (list of encoded images, list of flags): get the file again.`,
    );
  };
  const value = parsePickle(bytes, name);
  if (!Array.isArray(value) || value.length !== 2) return refuse('does not hold a pair');
  const [images, given] = value;
  const flags = given instanceof NumpyArray ? [...given.bytes] : given;
  if (!Array.isArray(images) || !Array.isArray(flags)) return refuse('does not hold two lists');
  if (images.length === 0 || images.length !== 2 * flags.length)
    refuse(`holds ${images.length} images and ${flags.length} flags, not two images a flag`);
  return {
    images: images.map((image, i) => {
      const encoded = image instanceof NumpyArray ? image.bytes : image;
      return encoded instanceof Uint8Array && encoded.length > 0
        ? encoded
        : refuse(`has no encoded image at place ${i}`);
    }),
    same: flags.map((flag, i) =>
      flag === true || flag === 1
        ? true
        : flag === false || flag === 0
          ? false
          : refuse(`has no flag at place ${i}`),
    ),
  };
}
