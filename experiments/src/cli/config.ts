import { command } from '@id3/cli';
import { configOf, fields, profileOption } from './run-command.ts';

export const config = command({
  name: 'config',
  target: 'experiments:config',
  summary: 'Prints every field of a config: its value and what is allowed.',
  details:
    'Each field is an option here and wherever a config is taken; a value that is not allowed is refused.',
  examples: [
    ['--profile=paper', "the paper's numbers"],
    ['--generation.lb=0.6 --downstream.seeds=1,2', 'the default config with fields changed'],
  ],
  options: profileOption,
  fields,
  async run(values, context) {
    const whole = await configOf(values.profile, context.fields, Object.keys(values));
    const { configFields } = await import('../config/fields.ts');
    const rows = configFields(whole).map(({ path, value, allowed }) => [
      path,
      value === undefined ? '–' : JSON.stringify(value),
      allowed,
    ]);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
    for (const [path, value, allowed] of rows)
      console.log(`${path.padEnd(widths[0])}  ${value.padEnd(widths[1])}  ${allowed}`);
  },
});
