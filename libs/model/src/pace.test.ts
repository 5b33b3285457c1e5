import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** The sizes of the calls of a training whose steps take `ms`, and more in the first calls, which compile. */
function callsOf(steps: number, ms: (call: number) => number, checkpointSeconds = 20): number[] {
  const pace = new Pace(checkpointSeconds);
  const calls: number[] = [];
  for (let left = steps; left > 0;) {
    const size = pace.next(left);
    pace.took(size * ms(calls.length), size);
    calls.push(size);
    left -= size;
  }
  return calls;
}

it('takes single steps while they are recorded, then as many as two seconds hold', () => {
  const calls = callsOf(150, (call) => (call < 2 ? 5000 : 100));
  expect(calls.slice(0, 5)).toEqual([1, 1, 1, 20, 20]);
  expect(calls.reduce((sum, n) => sum + n)).toBe(150);
  expect(Math.max(...callsOf(1000, () => 1))).toBe(32);
});
it('is not misled by the call that compiles the loop', () => {
  const calls = callsOf(200, (call) => (call === 3 ? 500 : 100));
  expect(calls.slice(3, 6)).toEqual([20, 20, 20]);
});
it('takes single steps where one takes long, few are left, or each is saved', () => {
  expect(callsOf(120, () => 1500).every((n) => n === 1)).toBe(true);
  expect(callsOf(90, () => 10).every((n) => n === 1)).toBe(true);
  expect(callsOf(200, () => 10, -1).every((n) => n === 1)).toBe(true);
  expect(callsOf(200, () => 10, 0).every((n) => n === 1)).toBe(true);
});
it('takes no more between checkpoints than fit', () => {
  expect(Math.max(...callsOf(200, () => 100, 0.5))).toBe(5);
});
