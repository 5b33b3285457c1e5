import { hashOf } from '@id3/core';
import type { Many, Needs, Optional, Result, Stage, StageInputs } from './stages/stage.ts';
import { roleOfMany } from './stages/task.ts';
import type { Step } from './step.ts';

/** One stage with its inputs, whose result is an R: a node of the graph of work. Equal work is one node, whoever asks for it. */
export interface PlanNode<R = unknown> {
  readonly stage: {
    readonly name: string;
    readonly version: number;
    /** Present where something comes once after all parts. */
    readonly finish?: unknown;
  };
  readonly result: Result<R>;
  /** Hash of the stage's name, version and keyed inputs, and of the keys of what it needs. */
  readonly key: string;
  readonly inputs: StageInputs;
  /** The nodes whose results it needs, by role; of many by `role.name`. */
  readonly needs: Readonly<Record<string, PlanNode>>;
  /** Roughly how many seconds of one core it takes. */
  readonly cost: number;
  readonly maxParts: number;
  /** The step that its time consists of, where one can be timed. */
  readonly step: Step | undefined;
  /** The variants that need it. */
  readonly variants: Set<string>;
  /** What it is called on the terminal, after the first variant that asked for it. */
  readonly label: string;
}

/** The nodes that give a stage what it needs. */
export type Given<N extends Needs> = {
  readonly [Role in keyof N]: N[Role] extends Many<infer R>
    ? Readonly<Record<string, PlanNode<R>>>
    : N[Role] extends Optional<infer R>
      ? PlanNode<R> | undefined
      : N[Role] extends Result<infer R>
        ? PlanNode<R>
        : never;
};

/** Of a node, what its key does not depend on. */
export interface NodeAbout {
  readonly variant: string;
  readonly label?: string;
  readonly step?: Step;
}

/** The graph of all work of an experiment. */
export class Plan {
  private readonly byKey = new Map<string, PlanNode>();

  /** All nodes, each after those it needs. */
  get nodes(): PlanNode[] {
    return [...this.byKey.values()];
  }

  /** The node of a stage with these inputs and needs, added where it is new. */
  add<I extends StageInputs, N extends Needs, R>(
    stage: Stage<I, N, R>,
    inputs: NoInfer<I>,
    given: Given<NoInfer<N>>,
    about: NodeAbout,
  ): PlanNode<R> {
    const needs = byRole(given);
    const key = hashOf({
      stage: stage.name,
      version: stage.version,
      inputs: stage.keyed?.(inputs) ?? inputs,
      dependencies: Object.entries(needs)
        .map(([role, node]) => [role, node.key])
        .sort(),
    });
    // Equal keys are of equal stages, so the result is an R.
    const known = this.byKey.get(key) as PlanNode<R> | undefined;
    const node = known ?? {
      stage,
      result: stage.result,
      key,
      inputs,
      needs,
      cost: stage.cost(inputs),
      maxParts: stage.maxParts?.(inputs) ?? 1,
      step: about.step,
      variants: new Set(),
      label: about.label === undefined ? stage.name : `${stage.name} ${about.label}`,
    };
    this.byKey.set(key, node);
    node.variants.add(about.variant);
    return node;
  }
}

/** The given nodes by the names under which keys and tasks know them. */
function byRole(given: Readonly<Record<string, PlanNode | Readonly<Record<string, PlanNode>> | undefined>>) {
  const needs: Record<string, PlanNode> = {};
  for (const [role, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (isNode(value)) needs[role] = value;
    else for (const [name, node] of Object.entries(value)) needs[roleOfMany(role, name)] = node;
  }
  return needs;
}

const isNode = (value: PlanNode | Readonly<Record<string, PlanNode>>): value is PlanNode =>
  typeof value.key === 'string';

/** The folder of a node's results, relative to the artefact root. */
export const nodeFolder = (node: PlanNode): string => `${node.stage.name}/${node.key}`;
