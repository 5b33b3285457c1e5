import { createHash } from 'node:crypto';

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

/** The first 16 hexadecimal characters of the SHA-256 of a value's canonical JSON. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 16);
}
