import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWord } from './shell.ts';

it('any word comes back from a shell as it was; one without signs of the shell is not quoted', () => {
  const sign = fc.constantFrom(...`ab1 '"\\$\`;&|<>()*?~#!{}[]=-é\n\t%`);
  const words = fc.sample(fc.string({ unit: sign }), { numRuns: 200, seed: 1 });
  const script = `printf '%s\\0' ${[...words, ''].map(shellWord).join(' ')}`;
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${words.join('\0')}\0\0`);
  expect(shellWord('--data.trainFolder=a/b-1.2,3:4@5+6')).toBe('--data.trainFolder=a/b-1.2,3:4@5+6');
});
