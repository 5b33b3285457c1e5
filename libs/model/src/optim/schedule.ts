/**
 * Learning rate with a linear warm-up followed by a half cosine down to `final`·peak.
 * `step` counts from 0; the result is a factor of the peak rate in (0, 1].
 */
export function warmupCosine(step: number, steps: number, warmup: number, final = 0): number {
  if (step < warmup) return (step + 1) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
