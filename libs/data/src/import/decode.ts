import { UserError } from '@id3/core';
import { openPicture } from './netpbm.ts';

/**
 * Pixels of an encoded picture, uint8 [size,size,3]: grey becomes RGB, transparency black, and a picture of another shape is
 * scaled after cutting its longer side in the middle. Throws a UserError that calls the picture `name` where it is broken.
 */
export async function decodeImage(
  picture: Uint8Array | string,
  size: number,
  name: string,
): Promise<Uint8Array> {
  try {
    const pixels = await openPicture(picture)
      .toColourspace('srgb')
      .flatten()
      .resize(size, size, { fit: 'cover' })
      .raw()
      .toBuffer();
    if (pixels.length !== size * size * 3) throw new Error(`it has ${pixels.length / size / size} channels`);
    return pixels;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new UserError(
      `${name} cannot be read as a picture (${reason}); mend or remove it and import again.`,
    );
  }
}
