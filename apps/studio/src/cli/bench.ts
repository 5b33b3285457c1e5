import { command, wholeNumber } from '@id3/cli';
import { databaseOption } from './options.ts';

export const bench = command({
  name: 'studio-bench',
  target: 'studio:bench',
  summary: 'Times the studio: one face and a row of eight, from the request to the picture.',
  details:
    'Each request differs from the one before, as while a slider moves. It goes through a process of its own, as from the dashboard. The first of each kind, which opens the model and ' +
    'compiles, is told apart.',
  options: {
    database: databaseOption,
    model: {
      type: 'string',
      default: 'committed/quick-diffusion-full',
      describe: 'committed/NAME, or train-diffusion/KEY of the artefacts',
    },
    times: { default: 40, describe: 'requests of each kind', coerce: wholeNumber(2) },
  },
  async run(values) {
    const { measureStudio } = await import('../measure.ts');
    await measureStudio(values);
  },
});
