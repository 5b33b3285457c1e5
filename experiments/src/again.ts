import type { Config } from './config/schema.ts';
import type { PlanNode } from './plan.ts';
import type { Row } from './rows.ts';

/** A command: its name and what is typed after it. */
export interface Typed {
  readonly command: string;
  readonly words: readonly string[];
}

/**
 * What makes the stage of one node again, and as little else as can be asked for: the command that was typed, with the first row that
 * needs the node, and with the seeds of generator, dataset and recogniser where all that needs it has the same. Undefined for a
 * node of no row, which the command alone makes.
 */
export function commandsOf({ command, words }: Typed, config: Config, rows: readonly Row[]) {
  const needed = new Map(rows.map((row) => [row, verificationsByNode(row)]));
  return (node: PlanNode): Typed | undefined => {
    const row = rows.find(({ variant }) => node.variants.has(variant.name));
    if (row === undefined) return undefined;
    const alone = rows.length === 1 ? {} : (row.variant.alone ?? { variants: row.variant.name });
    const options = { ...alone, ...seedsOf(needed.get(row)!.get(node) ?? [], config) };
    // A sweep's row is a row of the ablation with one more field set.
    const isPoint = rows.length > 1 && row.variant.alone !== undefined;
    const dropped = [...Object.keys(options), ...(isPoint ? SWEEP_OPTIONS : [])];
    return {
      command: isPoint ? 'ablation' : command,
      words: [
        ...withoutOptions(words, dropped),
        ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      ],
    };
  };
}

const SWEEP_OPTIONS = ['of', 'field', 'values'];

/** Of each node that a row's verifications need, these verifications. */
function verificationsByNode({ verifications }: Row): Map<PlanNode, PlanNode[]> {
  const byNode = new Map<PlanNode, PlanNode[]>();
  for (const verification of verifications) {
    const seen = new Set<PlanNode>();
    const visit = (node: PlanNode): void => {
      if (seen.has(node)) return;
      seen.add(node);
      byNode.set(node, [...(byNode.get(node) ?? []), verification]);
      Object.values(node.needs).forEach(visit);
    };
    visit(verification);
  }
  return byNode;
}

/** The options that leave of these verifications' seeds no others, where they have one in common. */
function seedsOf(verifications: readonly PlanNode[], { downstream }: Config): Record<string, string> {
  const only = (name: string): string | undefined => {
    const [seed, ...more] = new Set(verifications.map(({ inputs }) => inputs[name]));
    return more.length === 0 && typeof seed === 'number' ? String(seed) : undefined;
  };
  const [recogniser, generator, dataset] = ['seed', 'generator', 'dataset'].map(only);
  return {
    ...(recogniser !== undefined && downstream.seeds.length > 1 && { 'downstream.seeds': recogniser }),
    // The ceiling has neither, and says 0.
    ...(generator !== undefined &&
      generator !== '0' &&
      downstream.generators > 1 && { 'diffusion.seed': generator, 'downstream.generators': '1' }),
    ...(dataset !== undefined &&
      dataset !== '0' &&
      downstream.datasets > 1 && { 'generation.seed': dataset, 'downstream.datasets': '1' }),
  };
}

/** Typed words without some options, written `--name=value` or `--name value`. */
function withoutOptions(words: readonly string[], names: readonly string[]): string[] {
  return words.filter((word, k) => {
    const isOf = (text: string | undefined) => names.some((name) => text === `--${name}`);
    return !isOf(word.split('=')[0]) && !(isOf(words[k - 1]) && !word.startsWith('--'));
  });
}
