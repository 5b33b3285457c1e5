import { join } from 'node:path';
import type { RunOptions } from '@id3/tracking';
import { nodeFolder, type PlanNode } from '../plan.ts';
import { isDone } from './done.ts';
import type { ExecuteOptions } from './executor.ts';

/** Which nodes have results, and what the database is told of them: alike wherever they are computed. */
export class Ledger {
  /** The tracking run of each node that has a result. */
  readonly runs = new Map<PlanNode, number>();

  constructor(
    private readonly options: Pick<ExecuteOptions, 'database' | 'parent' | 'commandOf' | 'recorded'>,
  ) {}

  /** What is not there of the targets and of all they need, each after those it needs. */
  missing(targets: readonly PlanNode[]): Set<PlanNode> {
    return missingOf(targets, this.options.database.root);
  }

  isDone(node: PlanNode): boolean {
    return isDone(this.folder(node));
  }

  folder(node: PlanNode): string {
    return join(this.options.database.root, nodeFolder(node));
  }

  /** Records a node whose result was there already. */
  recordCached(node: PlanNode): void {
    const record = this.options.database.cachedRun(this.describe(node));
    this.options.recorded?.(node, record);
    node.result.record?.(record, this.folder(node));
    this.runs.set(node, record.id);
  }

  /** What a node's run is about. */
  describe(node: PlanNode): RunOptions {
    const { seed } = node.inputs;
    return {
      experiment: this.options.parent.experiment,
      parent: this.options.parent.id,
      name: node.label,
      stage: node.stage.name,
      variant: node.variants.size === 1 ? [...node.variants][0] : undefined,
      seed: typeof seed === 'number' ? seed : undefined,
      config: node.inputs,
      command: this.options.commandOf?.(node),
    };
  }
}

/** What a root lacks of the targets and of all they need, each after those it needs. */
export function missingOf(targets: readonly PlanNode[], root: string): Set<PlanNode> {
  const missing = new Set<PlanNode>();
  const need = (node: PlanNode): void => {
    if (missing.has(node) || isDone(join(root, nodeFolder(node)))) return;
    Object.values(node.needs).forEach(need);
    missing.add(node);
  };
  targets.forEach(need);
  return missing;
}
