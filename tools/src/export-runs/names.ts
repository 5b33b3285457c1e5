import { hashOf } from '@id3/core';

/** Longer names of files are cut, and end with a hash. */
const MAX_BYTES = 200;
const KEPT = 50;

/** A text as the name of a file: letters and digits of any script, blanks and `_ . -` stay, anything else becomes `_`. */
export function fileName(text: string): string {
  const name = text.replace(/[^\p{L}\p{N}_. -]/gu, '_').replace(/^\.*$/, '_$&');
  return Buffer.byteLength(name) > MAX_BYTES ? `${[...name].slice(0, KEPT).join('')}-${hashOf(text)}` : name;
}

/** Names of files in one folder: different texts get different ones, also where a disk does not tell `A` from `a`. */
export class FileNames {
  private readonly taken = new Set<string>();

  /** The name of a text that was not asked for before. */
  of(text: string): string {
    const plain = fileName(text);
    const name = this.taken.has(plain.toLowerCase()) ? `${plain.slice(0, KEPT)}-${hashOf(text)}` : plain;
    this.taken.add(name.toLowerCase());
    return name;
  }
}
