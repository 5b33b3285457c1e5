import type { Plan, PlanNode } from '../plan.ts';
import type { ExecuteOptions, Executor } from '../scheduler/executor.ts';
import { missingOf } from '../scheduler/ledger.ts';
import { Attachment } from './attachment.ts';
import { readResources, type Resources } from './resources.ts';
import { scriptsOf, type Setup } from './submit.ts';

/** MaxArraySize where nobody has set another. */
const DEFAULT_MAX_ARRAY = 1001;

/** Has a Slurm cluster compute stages. What is submitted goes on without this process; a later one attaches to it. */
export class SlurmExecutor implements Executor {
  constructor(
    private readonly setup: Setup,
    /** The file of what jobs ask for. */
    private readonly resources: string | undefined,
  ) {}

  async execute(
    plan: Plan,
    targets: readonly PlanNode[],
    options: ExecuteOptions,
  ): Promise<ReadonlyMap<PlanNode, number>> {
    const resources = await resourcesFor(this.setup, this.resources);
    return new Attachment(plan, targets, options, this.setup, resources).run();
  }
}

/** Prints the scripts that would bring the targets to results, with words in the place of jobs' numbers. */
export async function printScripts(
  targets: readonly PlanNode[],
  setup: Setup,
  file: string | undefined,
): Promise<void> {
  const resources = await resourcesFor(setup, file);
  const scripts = scriptsOf([...missingOf(targets, setup.root)], { setup, resources }, DEFAULT_MAX_ARRAY);
  console.log(scripts.join('\n'));
  console.log(`# ${scripts.length} submissions.`);
}

async function resourcesFor({ registry }: Setup, file: string | undefined): Promise<Resources> {
  const { STAGES } = (await import(registry)) as { STAGES: object };
  return readResources(file, Object.keys(STAGES));
}
