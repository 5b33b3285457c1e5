/** Specs of tfjs-core that fail on this backend, by a part of their full name, and why. */
export const EXCLUSIONS: readonly { reason: string; specs: readonly string[] }[] = [];
