import { UserError } from '@id3/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from './values.ts';
import { meets, parseQuery } from './query.ts';

const run: Record<string, Value> = {
  name: 'train-f seed 1',
  variant: 'full',
  lb: 0.7,
  status: 'running',
  tags: ['good', 'for paper'],
  tag: ['good', 'for paper'],
  stage: null,
};
const matches = (query: string) => meets(parseQuery(query), (field) => run[field]);

describe('a query', () => {
  it.each([
    ['', true],
    ['variant=full lb>0.6 status!=failed', true],
    ['variant=full lb>0.7', false],
    ['lb>=0.7 lb<=0.70 lb=0.70', true],
    ['lb<1e-1', false],
    ['status=failed,running', true],
    ['status!=failed,running', false],
    ['seed', true],
    ['"f seed"', true],
    ['name~"SEED 1"', true],
    ['name="train-f seed 1"', true],
    ['tag=good', true],
    ['tag="for paper"', true],
    ['tag=paper', false],
    ['tag~paper', true],
    ['unknown=1', false],
    ['unknown!=1', true],
    ['unknown>0', false],
    ['stage=none', true],
    ['stage!=none', false],
    ['  variant=full \t lb=0.7 ', true],
  ])('%s is met: %s', (query, met) => {
    expect(matches(query)).toBe(met);
  });

  it.each([
    ['lb>', 'no value after "lb>", at character 1'],
    ['a=1 variant=', 'no value after "variant=", at character 5'],
    ['a=1,,2', 'no value after "a="'],
    ['lb>high', '> needs a number'],
    ['=3', '"=3" without a field before it, at character 1'],
    ['a=1 name="x', 'never closed, at character 10'],
  ])('%s is refused', (query, sentence) => {
    expect(() => parseQuery(query)).toThrow(UserError);
    expect(() => parseQuery(query)).toThrow(sentence);
  });

  it('is read back whatever its values', () => {
    const value = fc.string({ minLength: 1 }).filter((text) => !text.includes('"'));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const query = `field=${values.map((text) => `"${text}"`).join(',')}`;
        expect(parseQuery(query)).toEqual([{ field: 'field', operator: '=', values }]);
      }),
    );
  });

  it('never fails but with a sentence', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        try {
          parseQuery(query);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
