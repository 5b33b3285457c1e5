import { numberList, wholeNumber } from '@id3/cli';
import { runCommand } from './run-command.ts';

export const anchors = runCommand({
  name: 'anchors',
  summary: 'Counts the people with a double among spread and random anchors; nothing is sampled.',
  details:
    'A double is an anchor at least as close as the cosine from which f takes two faces for one person, chosen on the first benchmark.',
  examples: [['', '160, 500, 1000 and 2000 people, 20 seeds each']],
  options: {
    counts: {
      describe: 'numbers of people, separated by commas',
      default: '160,500,1000,2000',
      coerce: numberList(wholeNumber(2)),
    },
    seeds: { describe: 'how often each is drawn', default: 20, coerce: wholeNumber(2) },
  },
  load: () => import('./actions/anchors.ts'),
});
