/**
 * A_d(κ) = I_{d/2}(κ)/I_{d/2-1}(κ), the mean cosine of a von Mises–Fisher distribution on S^{d-1} to its mean direction (Banerjee et al. 2005), by
 * Gauss's continued fraction I_{ν}/I_{ν-1} = 1/(2ν/κ + 1/(2(ν+1)/κ + …)). κ ≥ 0; the result lies in [0, 1).
 */
export function meanCosine(kappa: number, d: number): number {
  if (kappa === 0) return 0;
  // From far enough inside that what is left out is below the precision of a double.
  const terms = Math.ceil(kappa + d + 50);
  let ratio = 0;
  for (let k = terms; k >= 0; k--) ratio = 1 / ((d + 2 * k) / kappa + ratio);
  return ratio;
}

/** Beyond this κ is not told from infinity. */
const MAX_KAPPA = 1e6;

/**
 * The κ of greatest likelihood for directions whose mean cosine to their known mean directions is `cosine`: the root of A_d(κ) = cosine. 0
 * where the cosine is 0 or less, at most 1e6.
 */
export function fitKappa(cosine: number, d: number): number {
  if (cosine <= 0) return 0;
  let [low, high] = [0, 1];
  while (meanCosine(high, d) < cosine) {
    if (high >= MAX_KAPPA) return MAX_KAPPA;
    [low, high] = [high, Math.min(MAX_KAPPA, 2 * high)];
  }
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (meanCosine(middle, d) < cosine) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
