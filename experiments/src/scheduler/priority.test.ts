import { expect, it } from 'vitest';
import { diamond } from '../fixtures/plan.ts';
import { urgencies } from './priority.ts';

it('the urgency of a node is the longest chain of work that starts with it', () => {
  const { plan } = diamond(250); // 8 steps of 250 ms: every node costs 2 s
  const urgency = Object.fromEntries([...urgencies(plan.nodes)].map(([node, value]) => [node.label, value]));
  expect(urgency).toEqual({ 'counting a': 6, 'split b': 4, 'counting c': 4, 'counting d': 2 });
});
