import { describe, expect, it } from 'vitest';
import { completed, completingAt, completions } from './completion.ts';

describe('what is being typed in a filter', () => {
  it.each([
    ['', { from: 0, prefix: '', field: undefined }],
    ['var', { from: 0, prefix: 'var', field: undefined }],
    ['stage=verify va', { from: 13, prefix: 'va', field: undefined }],
    ['variant=fu', { from: 8, prefix: 'fu', field: 'variant' }],
    ['status!=failed,run', { from: 15, prefix: 'run', field: 'status' }],
    ['generation.lb>=0.', { from: 15, prefix: '0.', field: 'generation.lb' }],
    ['name~"seed 1', { from: 5, prefix: 'seed 1', field: 'name' }],
    ['name="a b" st', { from: 11, prefix: 'st', field: undefined }],
  ])('%s', (text, expected) => {
    expect(completingAt(text, text.length)).toEqual(expected);
  });

  it('is what stands before the caret', () => {
    expect(completingAt('vari=full', 4)).toEqual({ from: 0, prefix: 'vari', field: undefined });
  });

  it('goes on with names that begin so, then with parts of a path, then with any place', () => {
    expect(completions(['albums', 'generation.lb', 'lb2', 'seed', 'lb2'], 'LB')).toEqual([
      'lb2',
      'generation.lb',
      'albums',
    ]);
  });

  it('is put in its place, quoted where it holds what would end it', () => {
    expect(completed('stage=verify va', 15, 'variant')).toEqual({ text: 'stage=verify variant=', caret: 21 });
    expect(completed('variant=fu', 10, 'full')).toEqual({ text: 'variant=full ', caret: 13 });
    expect(completed('name=se seed=1', 7, 'verify full')).toEqual({
      text: 'name="verify full" seed=1',
      caret: 19,
    });
    expect(completed('status=fin,ru', 13, 'running').text).toBe('status=fin,running ');
    expect(completed('status=fi seed=1', 8, 'finished').text).toBe('status=finished seed=1');
  });
});
