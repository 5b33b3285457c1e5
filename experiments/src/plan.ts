import { hashOf } from '@id3/core';
import type { Stage, StageInputs } from './stages/stage.ts';

/** One stage with its inputs: a node of the graph of work. Equal work is one node, whoever asks for it. */
export interface PlanNode {
  readonly stage: Stage;
  /** Hash of the stage's name, version and inputs, and of the keys of its dependencies. */
  readonly key: string;
  readonly inputs: StageInputs;
  readonly dependencies: Readonly<Record<string, PlanNode>>;
  /** The variants that need it. */
  readonly variants: Set<string>;
  /** What it is called on the terminal, after the first variant that asked for it. */
  readonly label: string;
}

/** The graph of all work of an experiment. */
export class Plan {
  private readonly byKey = new Map<string, PlanNode>();

  /** All nodes, each after its dependencies. */
  get nodes(): PlanNode[] {
    return [...this.byKey.values()];
  }

  /** The node of a stage with these inputs and dependencies, added where it is new. */
  add<I extends StageInputs, D extends string>(
    stage: Stage<I, D>,
    inputs: I,
    dependencies: Record<D, PlanNode>,
    about: { variant: string; label?: string },
  ): PlanNode {
    const key = hashOf({
      stage: stage.name,
      version: stage.version,
      inputs,
      dependencies: Object.entries<PlanNode>(dependencies)
        .map(([role, node]) => [role, node.key])
        .sort(),
    });
    let node = this.byKey.get(key);
    if (node === undefined) {
      const label = about.label === undefined ? stage.name : `${stage.name} ${about.label}`;
      // The node pairs the stage with inputs and dependencies of its own types, so their names may be forgotten.
      node = { stage: stage as unknown as Stage, key, inputs, dependencies, variants: new Set(), label };
      this.byKey.set(key, node);
    }
    node.variants.add(about.variant);
    return node;
  }
}

/** The folder of a node's results, relative to the artefact root. */
export const nodeFolder = (node: PlanNode): string => `${node.stage.name}/${node.key}`;
