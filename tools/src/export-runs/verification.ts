import type { RunTableRow } from '@id3/tracking';

/** What a run says of one benchmark, by names such as `accuracy` and `tar at far 0.001`; shares from 0 to 1. */
export function verificationScalars(
  row: RunTableRow<'verification_summaries'>,
): [name: string, value: number][] {
  const { accuracy, accuracyStd, auc, eer, tarAtFar } = row;
  return [
    ...Object.entries({ accuracy, accuracyStd, auc, eer }),
    ...Object.entries(tarAtFar).map(([far, tar]): [string, number] => [`tar at far ${far}`, tar]),
  ];
}
