import { wordList, type Options } from '@id3/cli';
import { runCommand } from './run-command.ts';
import { variantsOption } from './variants-option.ts';

const options = {
  of: {
    type: 'string',
    describe: 'a named sweep',
    async complete(): Promise<string[]> {
      return (await import('../sweeps.ts')).SWEEP_NAMES;
    },
  },
  field: { type: 'string', describe: 'the field, instead of a named sweep' },
  values: { describe: 'its values, separated by commas', coerce: wordList },
  variants: {
    ...variantsOption,
    describe: 'rows of the ablation, each a line of the curve',
    defaultDescription: "the named sweep's, else full",
  },
} as const satisfies Options;

export const sweep = runCommand({
  name: 'sweep',
  summary: 'Gives one field of the config several values and shows accuracy over them.',
  details:
    'Named sweeps: guidance, score-below, id-loss, lb, identities, images, anchors, steps, sampler, free-y, free-s, real-share. ' +
    'Choose with --benchmarks.people=validation, whose people no table reports, and look at the test benchmarks once.',
  examples: [
    ['--of=guidance', 'the weight of the reversed likelihood score, with the ID loss and without'],
    [
      '--field=generation.sampler.steps --values=4,8,25 --benchmarks.people=validation',
      'any field, to choose its value',
    ],
  ],
  options,
  load: () => import('./actions/sweep.ts'),
});
