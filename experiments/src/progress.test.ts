import { describe, expect, it } from 'vitest';
import { RateMeter } from './progress.ts';

describe('progress', () => {
  it('measures the rate over the last while only', () => {
    const meter = new RateMeter();
    expect(meter.perSecond).toBeUndefined();
    meter.report(0, 100);
    expect(meter.perSecond).toBeUndefined();
    meter.report(60_000, 101); // one slow step
    for (let k = 1; k <= 30; k++) meter.report(60_000 + 1000 * k, 101 + 5 * k);
    expect(meter.perSecond).toBeCloseTo(5, 6);
  });

  it('has no negative rate where a part of a stage begins anew', () => {
    const meter = new RateMeter();
    [100, 200, 50].forEach((step, k) => meter.report(1000 * k, step));
    expect(meter.perSecond).toBeUndefined();
    meter.report(3000, 60);
    expect(meter.perSecond).toBeCloseTo(10, 6);
  });
});
