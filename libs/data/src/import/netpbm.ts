import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import sharp, { type Sharp, type SharpOptions } from 'sharp';

/** Larger pictures are refused before they are decoded (a few bytes can announce gigabytes of pixels). */
const MAX_PIXELS = 1 << 26;
/** Of a JPEG, which is shrunk while it is loaded: the largest cameras have 200 million pixels. */
const MAX_JPEG_PIXELS = 1 << 28;

/** The header of a binary grey (P5) or colour (P6) Netpbm picture: three numbers, among which comments may stand. */
const NETPBM = /^P([56])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s/;

/**
 * A picture, given by its bytes or its path, for sharp to decode; sharp's npm builds lack Netpbm (`.pgm`, `.ppm`), in which older
 * face sets are kept, so its pixels are handed over raw. Errors of the file system and of a broken header are thrown as they are.
 */
export function openPicture(picture: Uint8Array | string, options: SharpOptions = {}): Sharp {
  const limits = { limitInputPixels: isJpeg(picture) ? MAX_JPEG_PIXELS : MAX_PIXELS, ...options };
  const bytes = typeof picture !== 'string' ? picture : isNetpbm(picture) ? readFileSync(picture) : undefined;
  if (bytes?.[0] !== 0x50 || (bytes[1] !== 0x35 && bytes[1] !== 0x36)) return sharp(picture, limits);
  const header = NETPBM.exec(Buffer.from(bytes.subarray(0, 1024)).toString('latin1'));
  if (header === null) throw new Error('its Netpbm header is broken');
  const [width, height, most] = header.slice(2).map(Number);
  const channels = header[1] === '5' ? 1 : 3;
  const pixels = bytes.subarray(header[0].length);
  if (most !== 255) throw new Error(`its values go to ${most}; only 255 is read`);
  if (width * height > MAX_PIXELS) throw new Error('it is too large');
  if (pixels.length < width * height * channels) throw new Error('it is cut off');
  return sharp(pixels.subarray(0, width * height * channels), {
    ...limits,
    raw: { width, height, channels },
  });
}

/** Whether a picture begins as a JPEG; one that cannot be opened does not. */
function isJpeg(picture: Uint8Array | string): boolean {
  const [a, b] = typeof picture === 'string' ? headOf(picture) : picture;
  return a === 0xff && b === 0xd8;
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(2);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch {
    // sharp will say what is wrong with it.
  }
  return head;
}

const isNetpbm = (path: string): boolean => /\.(pgm|ppm|pnm)$/i.test(path);
