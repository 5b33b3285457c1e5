import { join } from 'node:path';
import { runExperiment } from '../../experiment.ts';
import { Pipeline } from '../../pipeline.ts';
import { Plan, nodeFolder } from '../../plan.ts';
import { ANCHOR_KINDS, doublesTable } from '../../report/doubles-table.ts';
import { reportDoubles } from '../../report/write.ts';
import { thresholdOf } from '../../stages/measure.ts';
import { ANCHORS, VERIFICATION } from '../../stages/results.ts';
import type { Request } from '../run-command.ts';
import { weightsFor } from './weights-for.ts';

/** Draws anchors of both kinds with several seeds, and prints how many people have a double. */
export async function run(request: Request<{ counts: number[]; seeds: number }>): Promise<void> {
  const { config, settings, values } = request;
  const plan = new Plan();
  const weights = weightsFor(settings);
  const verification = new Pipeline(plan, config, 'anchors', weights).fVerification();
  const drawn = values.counts.flatMap((identities) =>
    ANCHOR_KINDS.map((kind) => ({
      identities,
      kind,
      nodes: Array.from({ length: values.seeds }, (_, k) => {
        const generation = {
          ...config.generation,
          identities,
          anchors: kind,
          seed: config.generation.seed + k,
        };
        return new Pipeline(plan, { ...config, generation }, 'anchors', weights).anchors();
      }),
    })),
  );
  const targets = [verification, ...drawn.flatMap(({ nodes }) => nodes)];
  const what = { command: 'anchors', config, settings, signal: request.signal };
  await runExperiment(what, plan, targets, async (finished) => {
    const folderOf = (node: (typeof targets)[number]) => join(finished.root, nodeFolder(node));
    const threshold = thresholdOf(VERIFICATION.open(folderOf(verification)));
    const anchors = drawn.map(({ nodes, ...about }) => ({
      ...about,
      draws: nodes.map((node) => ANCHORS.open(folderOf(node))),
    }));
    await reportDoubles(finished, doublesTable(anchors, threshold));
  });
}
