import { describe, expect, it } from 'vitest';
import { RateMeter, duration } from './progress.ts';

describe('progress', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 m 00 s'],
    [250, '4 m 10 s'],
    [11_100, '3 h 05 m'],
    [5_371_200, '62 d 4 h'],
  ])('says %f seconds as %s', (seconds, words) => expect(duration(seconds)).toBe(words));

  it('measures the rate over the last while only', () => {
    const meter = new RateMeter();
    expect(meter.perSecond).toBeUndefined();
    meter.report(0, 100);
    expect(meter.perSecond).toBeUndefined();
    meter.report(60_000, 101); // one slow step
    for (let k = 1; k <= 30; k++) meter.report(60_000 + 1000 * k, 101 + 5 * k);
    expect(meter.perSecond).toBeCloseTo(5, 6);
  });
});
