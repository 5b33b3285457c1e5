import { describe, expect, it } from 'vitest';
import { commandsOf } from './again.ts';
import { loadConfig, type Overrides } from './config/load.ts';
import type { Variant } from './config/variant.ts';
import { planAblation, planRobustness } from './rows.ts';
import { sweepVariants } from './sweeps.ts';
import { ablationVariants } from './variants.ts';
import { FROM_SCRATCH } from './weights.ts';

const options = (words: readonly string[]): Record<string, string> =>
  Object.fromEntries(words.map((word) => /^--([^=]+)=(.*)$/.exec(word)!.slice(1)));
const rowsNamed = (overrides: Overrides, names: string): Variant[] =>
  ablationVariants(loadConfig('smoke', overrides)).filter(({ name }) => names.split(',').includes(name));

const SEEDS = ['--downstream.seeds=3,4', '--downstream.generators=2', '--downstream.datasets=2'];
const NAMES = 'full,no-id-loss,no-attributes,ceiling,floor';

/** The plan that words ask for, as the command would make it. */
function planOf(words: readonly string[], plan: typeof planAblation | typeof planRobustness = planAblation) {
  const { variants = NAMES, ...overrides } = options(words);
  return plan(loadConfig('smoke', overrides), rowsNamed(overrides, variants), FROM_SCRATCH);
}

describe('the command of one stage', () => {
  it.each([
    ['ablation', planAblation],
    ['robustness', planRobustness],
  ] as const)('of %s has that stage in its plan, and no other seed of what it is about', (command, make) => {
    const words = [`--variants=${NAMES}`, ...SEEDS, '--generation.lb=0.3'];
    const { plan, rows } = planOf(words, make);
    const again = commandsOf({ command, words }, loadConfig('smoke', options(words.slice(1))), rows);
    for (const node of plan.nodes) {
      const typed = again(node)!;
      expect(typed.command).toBe(command);
      const { plan: other, rows: chosen } = planOf(typed.words, make);
      expect(other.nodes.map(({ key }) => key)).toContain(node.key);
      expect(chosen).toHaveLength(1);
      if (['verify', 'robustness', 'train-recogniser'].includes(node.stage.name) && node.inputs.seed !== 1)
        expect(chosen[0].verifications).toHaveLength(1);
    }
  });

  it('takes the place of what was typed', () => {
    const words = [
      '--variants',
      'full,floor',
      '--from-scratch',
      '--downstream.seeds',
      '3,4',
      '--out=my results',
    ];
    const typed = options(['--downstream.seeds=3,4']);
    const { rows } = planAblation(loadConfig('smoke', typed), rowsNamed(typed, 'full,floor'), FROM_SCRATCH);
    const again = commandsOf({ command: 'ablation', words }, loadConfig('smoke', typed), rows);
    expect(again(rows[1].verifications[1])?.words).toEqual([
      '--from-scratch',
      '--out=my results',
      '--variants=floor',
      '--downstream.seeds=4',
    ]);
  });

  it('of a point of a sweep sets its value', () => {
    const sweep = { field: 'generation.lb', values: ['0.2', '0.3'] };
    const config = loadConfig('smoke', {});
    const variants = sweepVariants(config, sweep, rowsNamed({}, 'full,floor'));
    const { rows, plan } = planAblation(config, variants, FROM_SCRATCH);
    const words = ['--field=generation.lb', '--values=0.2,0.3', '--variants=full,floor'];
    const again = commandsOf({ command: 'sweep', words }, config, rows);
    for (const node of plan.nodes) {
      const typed = again(node)!;
      expect(typed.command).toBe('ablation');
      expect(planOf(typed.words).plan.nodes.map(({ key }) => key)).toContain(node.key);
      expect(Object.keys(options(typed.words))).not.toContain('values');
    }
  });

  it('is that of the experiment where there is but one row, or none', () => {
    const { rows } = planAblation(loadConfig('smoke', {}), rowsNamed({}, 'full'), FROM_SCRATCH);
    const again = commandsOf(
      { command: 'verify', words: ['--generation.lb=0.3'] },
      loadConfig('smoke', {}),
      rows,
    );
    expect(again(rows[0].measures!)).toEqual({ command: 'verify', words: ['--generation.lb=0.3'] });
    expect(
      commandsOf({ command: 'train', words: [] }, loadConfig('smoke', {}), [])(rows[0].measures!),
    ).toBeUndefined();
  });
});
