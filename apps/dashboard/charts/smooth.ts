/**
 * Exponential moving average with weight `smoothing` in [0, 1) on the past, debiased so that the first values are
 * means of what there is (as Adam's moments; Kingma & Ba 2015).
 */
export function smooth(values: readonly number[], smoothing: number): number[] {
  let average = 0;
  return values.map((value, k) => {
    average = smoothing * average + (1 - smoothing) * value;
    return average / (1 - smoothing ** (k + 1));
  });
}
