import { stepsTogether } from '@id3/model';
import { Matrix, solve } from 'ml-matrix';
import type { MeasuredStep, StepCost } from './devices.ts';

/** Milliseconds that a device takes for one operator's launch, one multiplication and one byte that crosses. */
export type Rates = readonly [launch: number, multiplication: number, byte: number];

const countsOf = ({ nodes, multiplications, crossedBytes }: StepCost): number[] => [
  nodes,
  multiplications,
  crossedBytes,
];

/** Every way to leave rates out. */
const KINDS = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** The rates, none of them negative, whose predictions have the least mean square of relative errors. Needs a step. */
export function fitRates(steps: readonly MeasuredStep[]): Rates {
  let best: { rates: number[]; error: number } | undefined;
  for (const kinds of KINDS.filter(({ length }) => length <= steps.length)) {
    // Each count beside the largest: sizes of 1e-3 and 1e-12 in one system would lose digits.
    const rows = steps.map((step) => kinds.map((k) => countsOf(step)[k] / step.ms));
    const scale = kinds.map((_, j) => Math.max(...rows.map((row) => row[j])));
    const scaled = new Matrix(rows.map((row) => row.map((value, j) => value / scale[j])));
    const found = solve(scaled, Matrix.ones(steps.length, 1), true).to1DArray();
    if (found.some((rate) => rate < 0)) continue;
    const rates = [0, 0, 0];
    kinds.forEach((k, j) => (rates[k] = found[j] / scale[j]));
    const error = steps.reduce((sum, step) => sum + relativeError(rates as never, step) ** 2, 0);
    if (best === undefined || error < best.error) best = { rates, error };
  }
  if (best === undefined) throw new Error('rates need a step that was measured');
  return best.rates as never;
}

/** Milliseconds of a step that is taken singly. */
export const singly = (rates: Rates, step: StepCost): number =>
  countsOf(step).reduce((sum, count, k) => sum + count * rates[k], 0);

/** Milliseconds of a training step where steps are taken together, as a training on the device chooses by its pace. */
export function together(rates: Rates, step: StepCost): number {
  const crossing = rates[2] * step.crossedBytes;
  const each = singly(rates, step) - crossing;
  return each + crossing / stepsTogether(crossing, each);
}

function relativeError(rates: Rates, step: MeasuredStep): number {
  return singly(rates, step) / step.ms - 1;
}

/** Of each step, how far off (as a share) it is told by the others: the error of the model for a step that was not measured. */
export const leftOutErrors = (steps: readonly MeasuredStep[]): number[] =>
  steps.map((step) => relativeError(fitRates(steps.filter((other) => other !== step)), step));
