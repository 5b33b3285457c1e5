import { expect, test } from 'vitest';
import { measureSource } from './source-measures.ts';

test('functions by name, place, length and parameters; casts without as const', () => {
  const text = `class A {
  m(this: A, a: number, b: number) {
    return [a, b] as const;
  }
}
const f = (x: unknown) => x as string;
function g(a: 1, b: 2, c: 3, d: 4, e: 5): void;
function g(a: 1, b: 2, c: 3, d: 4, e: 5) {
  [a].map((y) => {
    return y as unknown as string;
  });
}
`;
  const { lines, functions, casts } = measureSource('a.ts', text);
  expect(lines).toBe(12);
  expect(casts).toBe(3);
  expect(functions).toEqual([
    { name: 'A.m', line: 2, lines: 3, parameters: 2 },
    { name: 'f', line: 6, lines: 1, parameters: 1 },
    { name: 'g', line: 8, lines: 5, parameters: 5 },
    { name: '[a].map(…)', line: 9, lines: 3, parameters: 1 },
  ]);
});
