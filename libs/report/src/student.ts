/**
 * Student's t distribution, through the regularised incomplete beta function
 * (continued fraction: Abramowitz & Stegun 26.5.8, evaluated by Lentz's method).
 */

// Lanczos' approximation with g = 7, nine terms (Godfrey's coefficients): relative error below 1e-14 for x ≥ 0.5.
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of Γ(x), x > 0. */
function logGamma(x: number): number {
  let series = lanczos[0];
  for (let k = 1; k < lanczos.length; k++) series += lanczos[k] / (x - 1 + k);
  const base = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}

/** The regularised incomplete beta function I_x(a, b), for 0 ≤ x ≤ 1 and a, b ≥ 0.5. Absolute error below 1e-12. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly below the mean; above it the symmetry I_x(a,b) = 1 - I_{1-x}(b,a) helps.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const away = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const before = fraction;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      fraction *= c * d;
    }
    if (Math.abs(fraction - before) <= 1e-15 * Math.abs(fraction)) break;
  }
  return (front * fraction) / a;
}

/** P(|T| > |t|) for Student's t with `df` > 0 degrees of freedom, which need not be whole. */
export function twoSidedP(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** The t with P(|T| ≤ t) = `confidence` in (0, 1): half-width of a confidence interval in standard errors. */
export function twoSidedQuantile(confidence: number, df: number): number {
  let [lo, hi] = [0, 1];
  while (twoSidedP(hi, df) > 1 - confidence) hi *= 2;
  // Bisection down to neighbouring doubles.
  for (let middle = hi / 2; middle > lo && middle < hi; middle = (lo + hi) / 2) {
    if (twoSidedP(middle, df) > 1 - confidence) lo = middle;
    else hi = middle;
  }
  return hi;
}

/**
 * P(|T| > t) for noncentral t with `df` > 0 degrees of freedom and noncentrality `shift` ≥ 0, t ≥ 0: the power of a two-sided
 * t test. T² is noncentral F with 1 and df, a Poisson mixture of beta functions (Johnson, Kotz & Balakrishnan 1995, ch. 30).
 * Absolute error below 1e-9.
 */
export function twoSidedPower(shift: number, t: number, df: number): number {
  const rate = shift ** 2 / 2;
  const x = (t * t) / (df + t * t);
  // Nine standard deviations of a Poisson variable; the constant is for small rates.
  const reach = 9 * Math.sqrt(rate) + 20;
  let inside = 0;
  for (let j = Math.max(0, Math.floor(rate - reach)); j <= rate + reach; j++) {
    const weight = rate === 0 ? Number(j === 0) : Math.exp(j * Math.log(rate) - rate - logGamma(j + 1));
    inside += weight * incompleteBeta(x, j + 0.5, df / 2);
  }
  return 1 - inside;
}
