import { command } from '@id3/cli';
import { FIELDS_DETAILS, configOf, fields, runOptions } from './run-command.ts';

const { profile, out } = runOptions;

export const weights = command({
  name: 'weights',
  target: 'experiments:weights',
  summary: 'Puts the networks that an ablation has trained into experiments/weights, to be committed.',
  details:
    'f and the diffusion models are written in half precision and with their provenance; whoever runs that config next takes them ' +
    `instead of training. What is committed already stays.\n\n${FIELDS_DETAILS}`,
  examples: [['--out=artefacts', 'after: id3 ablation --from-scratch']],
  options: { profile, out: { ...out, describe: "folder of the ablation's results" } },
  fields,
  async run(values, context) {
    const config = await configOf(values.profile, context.fields, Object.keys(values));
    const { releaseWeights } = await import('./actions/weights.ts');
    releaseWeights(config, values);
  },
});
