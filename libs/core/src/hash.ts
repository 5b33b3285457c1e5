import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** JSON with object keys sorted at every depth, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  );
}

/** SHA-256 of bytes, in pieces or whole, or of text, in lower-case hexadecimal (64 characters). */
export function sha256(content: Uint8Array | string | readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of [content].flat()) hash.update(piece);
  return hash.digest('hex');
}

/** A file's SHA-256 (as {@link sha256} writes it) and its length in bytes; read a MiB at a time. Throws the file system's errors. */
export function fileDigest(path: string): { sha256: string; bytes: number } {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(1 << 20);
  const file = openSync(path, 'r');
  try {
    let bytes = 0;
    for (let read; (read = readSync(file, buffer)) > 0; bytes += read) hash.update(buffer.subarray(0, read));
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    closeSync(file);
  }
}

/** The first 16 hexadecimal characters of the SHA-256 of a value's canonical JSON. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 16);
}
