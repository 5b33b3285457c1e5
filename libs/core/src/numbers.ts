/** Σ xᵢ, in order; 0 of no numbers. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** Σ xᵢ / n; NaN of no numbers. */
export const mean = (values: ArrayLike<number>): number => sum(values) / values.length;

/** Population standard deviation, √(Σ (xᵢ - mean)² / n): divided by n, as the field reports it; NaN of no numbers. */
export function standardDeviation(values: ArrayLike<number>): number {
  const middle = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - middle) ** 2;
  return Math.sqrt(squares / values.length);
}

/** Σ xᵢ·yᵢ of two vectors of one length, in order. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i] * y[i];
  return total;
}
