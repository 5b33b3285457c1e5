import { UserError, firstLine } from '@id3/core';
import type { Sharp } from 'sharp';
import { openPicture } from './netpbm.ts';

/** What a picture became, and what its decoder had to say against it. */
export interface Decoded<T> {
  readonly value: T;
  readonly warning?: string;
}

/**
 * Decodes a picture upright, as its EXIF says, in sRGB: grey becomes RGB, transparency black. One that the decoder warns of but can show, as browsers do, is taken,
 * with the warning. Throws the decoder's error where it can not.
 *
 * @param finish scales the picture and reads its pixels
 */
export async function decodePicture<T>(
  picture: Uint8Array | string,
  finish: (upright: Sharp) => Promise<T>,
): Promise<Decoded<T>> {
  const decode = (failOn: 'warning' | 'error') =>
    finish(openPicture(picture, { failOn }).autoOrient().toColourspace('srgb').flatten());
  try {
    return { value: await decode('warning') };
  } catch (error) {
    return { value: await decode('error'), warning: firstLine(error) };
  }
}

/**
 * Pixels of an encoded picture, uint8 [size,size,3], see {@link decodePicture}; one of another shape is scaled after cutting
 * its longer side in the middle. Throws a UserError that calls the picture `name` where it is broken.
 */
export async function decodeImage(
  picture: Uint8Array | string,
  size: number,
  name: string,
): Promise<Decoded<Uint8Array>> {
  try {
    return await decodePicture(picture, async (upright) => {
      const pixels = await upright.resize(size, size, { fit: 'cover' }).raw().toBuffer();
      if (pixels.length !== size * size * 3)
        throw new Error(`it has ${pixels.length / size / size} channels`);
      return pixels;
    });
  } catch (error) {
    throw new UserError(
      `${name} cannot be read as a picture (${firstLine(error)}); mend or remove it and import again, or have such left out by --bad=skip.`,
      { cause: error },
    );
  }
}
