import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPicture } from './netpbm.ts';

const raw = (bytes: Uint8Array | string) => openPicture(bytes).toColourspace('srgb').raw().toBuffer();

describe('a Netpbm picture', () => {
  it('is read with comments in its header, from bytes and from a file', async () => {
    const grey = Buffer.concat([Buffer.from('P5\n# made by hand\n2 1\n255\n'), Buffer.from([10, 200])]);
    expect([...(await raw(grey))]).toEqual([10, 10, 10, 200, 200, 200]);
    const path = join(mkdtempSync(join(tmpdir(), 'id3-netpbm-')), 'x.PGM');
    writeFileSync(path, grey);
    expect([...(await raw(path))]).toEqual([10, 10, 10, 200, 200, 200]);
    const colour = Buffer.concat([Buffer.from('P6 1 2 255\n'), Buffer.from([1, 2, 3, 4, 5, 6])]);
    expect([...(await raw(colour))]).toEqual([1, 2, 3, 4, 5, 6]);
  });
  it('is refused where it is cut off, has 16 bits or no header', () => {
    expect(() => openPicture(Buffer.from('P5 2 2 255\nabc'))).toThrow(/cut off/);
    expect(() => openPicture(Buffer.from('P5 1 1 65535\nab'))).toThrow(/65535/);
    expect(() => openPicture(Buffer.from('P5 x'))).toThrow(/header/);
    expect(() => openPicture(Buffer.from('P5 99999 99999 255\n'))).toThrow(/too large/);
  });
});
