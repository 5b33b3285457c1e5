import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** The sizes of the calls of a training, of which each takes `ms`, and more in the first calls, which compile. */
function callsOf(
  steps: number,
  ms: (call: number, size: number) => number,
  { checkpointSeconds = 20, crosses = false } = {},
): number[] {
  const pace = new Pace(checkpointSeconds, crosses);
  const calls: number[] = [];
  for (let left = steps; left > 0;) {
    const size = pace.next(left);
    pace.took(ms(calls.length, size), size);
    calls.push(size);
    left -= size;
  }
  return calls;
}
/** Of steps that take so long each, whatever their number. */
const each = (ms: number) => (_call: number, size: number) => size * ms;

it('takes single steps while they are recorded, then as many as two seconds hold', () => {
  const calls = callsOf(150, (call, size) => size * (call < 2 ? 5000 : 100));
  expect(calls.slice(0, 5)).toEqual([1, 1, 1, 20, 20]);
  expect(calls.reduce((sum, n) => sum + n)).toBe(150);
  expect(Math.max(...callsOf(1000, each(1)))).toBe(32);
});
it('is not misled by the call that compiles the loop', () => {
  const calls = callsOf(200, (call, size) => size * (call === 3 ? 500 : 100));
  expect(calls.slice(3, 6)).toEqual([20, 20, 20]);
});
it('takes single steps where one takes long, few are left, or each is saved', () => {
  expect(callsOf(120, each(1500)).every((n) => n === 1)).toBe(true);
  expect(callsOf(90, each(10)).every((n) => n === 1)).toBe(true);
  expect(callsOf(200, each(10), { checkpointSeconds: -1 }).every((n) => n === 1)).toBe(true);
  expect(callsOf(200, each(10), { checkpointSeconds: 0 }).every((n) => n === 1)).toBe(true);
});
it('takes no more between checkpoints than fit', () => {
  expect(Math.max(...callsOf(200, each(100), { checkpointSeconds: 0.5 }))).toBe(5);
});

describe('where the state takes three seconds to a device and back', () => {
  const crossing = (step: number) => (call: number, size: number) =>
    3000 + size * step + (call < 2 || call === 3 ? 9000 : 0);
  it('tries two steps together, and takes as many as two seconds hold beside it', () => {
    const calls = callsOf(400, crossing(100), { crosses: true });
    expect(calls.slice(0, 8)).toEqual([1, 1, 1, 2, 2, 20, 20, 20]);
    expect(calls.reduce((sum, n) => sum + n)).toBe(400);
    expect(Math.max(...callsOf(400, crossing(1), { crosses: true }))).toBe(32);
  });
  it('goes on singly where the steps themselves take long, few are left, or each is saved', () => {
    const long = callsOf(200, crossing(1500), { crosses: true });
    expect(long.slice(0, 8)).toEqual([1, 1, 1, 2, 2, 1, 1, 1]);
    expect(Math.max(...callsOf(90, crossing(100), { crosses: true }))).toBe(1);
    for (const checkpointSeconds of [-1, 0])
      expect(Math.max(...callsOf(200, crossing(100), { crosses: true, checkpointSeconds }))).toBe(1);
  });
  it('does not try where the state stays', () => {
    expect(Math.max(...callsOf(400, crossing(100)))).toBe(1);
  });
});
