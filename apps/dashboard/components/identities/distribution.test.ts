import { describe, expect, it } from 'vitest';
import { distributionOf, middleOf, reachedBins } from './distribution.ts';

describe('a distribution of cosines', () => {
  // Bins of [-1, -0.5), [-0.5, 0), [0, 0.5), [0.5, 1]
  const distribution = distributionOf([0, 1, 2, 1]);

  it('has shares and a mean', () => {
    expect(distribution.shares).toEqual([0, 0.25, 0.5, 0.25]);
    expect(distribution.pairs).toBe(4);
    expect(distribution.mean).toBeCloseTo(0.25, 12);
    expect([0, 1, 2, 3].map((k) => middleOf(k, 4))).toEqual([-0.75, -0.25, 0.25, 0.75]);
  });

  it.each([
    [-1, 1],
    [-0.5, 1],
    [0, 0.75],
    [0.25, 0.5],
    [0.5, 0.25],
    [1, 0],
  ])('has its share above %d', (cosine, share) => {
    expect(distribution.shareAbove(cosine)).toBeCloseTo(share, 12);
  });

  it('of no pairs is empty, not NaN', () => {
    expect(distributionOf([0, 0])).toMatchObject({ pairs: 0, mean: 0, shares: [0, 0] });
  });

  it('shows the bins that are reached, and one to either side', () => {
    const [a, b] = [distributionOf([0, 0, 0, 1, 0, 0, 0]), distributionOf([0, 0, 0, 0, 1, 0, 0])];
    expect(reachedBins([a, b])).toEqual([2, 6]);
    expect(reachedBins([distributionOf([1, 1])])).toEqual([0, 2]);
  });
});
