import type { FaceRecord, Manifest, Pair } from '../datasets/manifest.ts';
import type { Passed } from './folder.ts';

/** Encoded pictures, read one at a time, that become a dataset. */
export interface ImageSource {
  /** What the pictures come from; an import continues where a killed one stopped only if this is the same. */
  readonly spec: {
    readonly format: string;
    readonly source: string;
    readonly [key: string]: Manifest['spec'];
  };
  readonly count: number;
  /** Pixels of a side that the source says its pictures have. */
  readonly size?: number;
  /** Picture i: its bytes or its path. */
  picture(i: number): Uint8Array | string;
  /** The pixels of picture i, uint8 [size,size,C], three channels unless the import has another number; by default decoded from what `picture` gives. */
  decode?(i: number, size: number): Promise<Uint8Array>;
  record(i: number): FaceRecord;
  /** What error messages call picture i. */
  nameOf(i: number): string;
  /** Verification pairs, where the source is a benchmark. */
  readonly pairs?: readonly Pair[];
  /** What lies among the pictures and is none of them. */
  readonly passed?: readonly Passed[];
  /** Of pictures that are so broken that nothing but their names is known. */
  readonly broken?: readonly Passed[];
  /** What a person should know of how the source was read; sentences. */
  readonly notes?: readonly string[];
}
