import { UserError } from '@id3/core';
import { FULL } from '@id3/report';
import { runExperiment } from '../../experiment.ts';
import { reportSweep } from '../../report/write.ts';
import { planAblation, targetsOf } from '../../rows.ts';
import { SWEEPS, SWEEP_NAMES, sweepVariants, type Sweep } from '../../sweeps.ts';
import type { Request } from '../run-command.ts';
import { chosenVariants } from './chosen-variants.ts';
import { weightsFor } from './weights-for.ts';

interface SweepValues {
  of: string | undefined;
  field: string | undefined;
  values: string[] | undefined;
  variants: string[] | undefined;
}

/** Runs the chosen rows with every value of a field, and prints the table and the curve's files. */
export async function run(request: Request<SweepValues>): Promise<void> {
  const { config, settings, values } = request;
  const { field, rows: names, ...sweep } = chosenSweep(values);
  const variants = sweepVariants(
    config,
    { field, ...sweep },
    chosenVariants(config, values.variants ?? names),
  );
  const { plan, rows } = planAblation(config, variants, weightsFor(settings));
  const name = settings.name ?? `sweep-${values.of ?? field}-${settings.profile}`;
  const what = { command: 'sweep', config, settings: { ...settings, name }, signal: request.signal, rows };
  await runExperiment(what, plan, targetsOf(rows), (finished) =>
    reportSweep(finished, rows, { field, variants }),
  );
}

function chosenSweep({ of, field, values }: SweepValues): Sweep {
  if (of !== undefined) {
    const name = SWEEP_NAMES.find((one) => one === of);
    if (name === undefined)
      throw new UserError(`There is no sweep "${of}"; choose from ${SWEEP_NAMES.join(', ')}.`);
    if (field !== undefined) throw new UserError('--of and --field name a field each; give one of them.');
    return { ...SWEEPS[name], ...(values && { values }) };
  }
  if (field === undefined || values === undefined)
    throw new UserError(
      `A sweep needs --of=NAME (${SWEEP_NAMES.join(', ')}), or --field=FIELD with --values=A,B,….`,
    );
  return { field, values, rows: [FULL] };
}
