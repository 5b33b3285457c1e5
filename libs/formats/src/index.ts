export { fileSource, memorySource, type ByteSource } from './byte-source.ts';
export { contiguousFolds } from './folds.ts';
export { packImageRecord, unpackImageRecord } from './image-record.ts';
export * from './pair-lists.ts';
export { parsePickle } from './pickle.ts';
export { NumpyArray, NumpyClass, NumpyType, PickleText, type PickleValue } from './pickle-values.ts';
export { openRecordSet, type RecordSet } from './record-set.ts';
export { BrokenRecord, readRecords, RecordWriter, type DamagedPlace } from './recordio.ts';
export { readVerificationBin } from './verification-bin.ts';
