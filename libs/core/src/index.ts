export { claimFolder, UNFINISHED } from './claim-folder.ts';
export { grantedCores } from './cores.ts';
export { duration } from './duration.ts';
export { UserError, errorCode, explainFileError, firstLine } from './errors.ts';
export { FileWriter } from './file-writer.ts';
export { makeFolder, writeFileAtomic } from './files.ts';
export { canonicalJson, fileDigest, hashOf, sha256 } from './hash.ts';
export { dot, mean, standardDeviation, sum } from './numbers.ts';
export { Rng, type StreamKey } from './rng.ts';
