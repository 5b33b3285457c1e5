import { describe, expect, it } from 'vitest';
import { configDifferences, logRoc } from './compare.ts';

describe('config differences', () => {
  it('are the fields that differ, by their dotted names', () => {
    const a = { seed: 1, generation: { lb: 0.6, ages: [15, 75], sampler: { steps: 10 } } };
    const b = { seed: 1, generation: { lb: 0.8, ages: [15, 75], sampler: { steps: 10 }, extra: null } };
    expect(configDifferences([a, b])).toEqual([
      { field: 'generation.extra', values: ['–', 'null'] },
      { field: 'generation.lb', values: ['0.6', '0.8'] },
    ]);
    expect(configDifferences([a, a])).toEqual([]);
  });
});

describe('logRoc', () => {
  const roc: [number, number][] = [
    [0, 0.2],
    [0, 0.4],
    [0.001, 0.4],
    [0.001, 0.5],
    [0.1, 0.9],
    [1, 1],
  ];
  it('starts at what no false match costs', () => {
    expect(logRoc(roc, 1e-4)).toEqual([
      [1e-4, 0.4],
      [0.001, 0.4],
      [0.001, 0.5],
      [0.1, 0.9],
      [1, 1],
    ]);
  });
  it('starts within the curve where the axis does', () => {
    expect(logRoc(roc, 0.01)[0]).toEqual([0.01, 0.5]);
  });
  it('keeps few points of a long curve, and its end', () => {
    const long = Array.from({ length: 10_000 }, (_, k): [number, number] => [
      (k + 1) / 10_000,
      (k + 1) / 10_000,
    ]);
    const kept = logRoc(long, 1e-4);
    expect(kept.length).toBeLessThan(200);
    expect(kept.at(-1)).toEqual([1, 1]);
  });
});
