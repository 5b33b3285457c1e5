import type { Plan, PlanNode } from '../plan.ts';
import type { ExecuteOptions, Executor } from '../scheduler/executor.ts';
import { suggestedResources } from '../estimate/suggest.ts';
import { measuredIn, readTimings } from '../estimate/timings.ts';
import { missingOf } from '../scheduler/ledger.ts';
import { Attachment } from './attachment.ts';
import { slurm } from './client.ts';
import { askedFor, readResources, type Resources } from './resources.ts';
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
    const resources = await resourcesFor(
      [...missingOf(targets, this.setup.root)],
      this.setup,
      this.resources,
    );
    return new Attachment(plan, targets, options, this.setup, resources).run();
  }
}

/** Prints the scripts that would bring the targets to results, with words in the place of jobs' numbers. */
export async function printScripts(
  targets: readonly PlanNode[],
  setup: Setup,
  file: string | undefined,
): Promise<void> {
  const nodes = [...missingOf(targets, setup.root)];
  const resources = await resourcesFor(nodes, setup, file);
  const scripts = scriptsOf(nodes, { setup, resources }, DEFAULT_MAX_ARRAY);
  console.log(scripts.join('\n'));
  console.log(`# ${scripts.length} submissions.`);
}

/** What jobs ask for; by what was timed of their stages, where the file does not say. */
async function resourcesFor(
  nodes: readonly PlanNode[],
  { registry, root, engine }: Setup,
  file: string | undefined,
): Promise<Resources> {
  const { STAGES } = (await import(registry)) as { STAGES: object };
  const resources = readResources(file, Object.keys(STAGES));
  const measured = measuredIn(nodes, readTimings(root), engine);
  const estimated = suggestedResources(measured);
  for (const [stage, asked] of Object.entries(estimated)) {
    // Those of a stage ask for the same: one that nobody has timed may need more.
    if (nodes.some((node) => node.stage.name === stage && !measured.has(node))) delete estimated[stage];
    // Beyond a partition's limit a job would wait for ever; what is saved at the limit goes on in the next run.
    else asked.hours = Math.min(asked.hours, await slurm.maxHours(askedFor(resources, stage).partition));
  }
  return { ...resources, measured, estimated };
}
