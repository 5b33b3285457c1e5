export { UserError, explainFileError } from './errors.ts';
export { makeFolder, writeFileAtomic } from './files.ts';
export { canonicalJson, hashOf, sha256 } from './hash.ts';
export { Rng, type StreamKey } from './rng.ts';
