import { levelsOf, nestedCells, paired, type Levels, type Unit } from './levels.ts';
import { contrastTest, type ContrastTest } from './statistics.ts';

/** The rows with both parts, without the one, without the other and with neither, by name. */
const ROWS = ['full', 'no-id-loss', 'no-reversed-likelihood', 'no-id-loss-no-score'];

/** What {ID loss} × {reversed likelihood score} add to the accuracy, as shares; p-values are not corrected. */
export interface Factorial {
  /** The ID loss's, averaged over with and without the score. */
  readonly idLoss: ContrastTest;
  /** The score's, averaged over with and without the ID loss. */
  readonly score: ContrastTest;
  /** How much more the ID loss adds with the score than without: a − b − c + d. */
  readonly interaction: ContrastTest;
  /** Of the replicates that all four rows have. */
  readonly levels: Levels;
}

/**
 * Main effects and interaction of the 2×2 design, cell by cell over the seeds and folds that all four rows have. Undefined where
 * they have none in common.
 */
export function factorialOf(unitsOf: (name: string) => readonly Unit[]): Factorial | undefined {
  const rows = paired(ROWS.map(unitsOf));
  const [first] = rows[0];
  if (
    first === undefined ||
    rows.flat().some(({ accuracies: { length } }) => length !== first.accuracies.length)
  )
    return undefined;
  const cells = rows.map((units) => nestedCells(units));
  const effect = (...weights: number[]) => contrastTest(cells, weights);
  return {
    idLoss: effect(0.5, -0.5, 0.5, -0.5),
    score: effect(0.5, 0.5, -0.5, -0.5),
    interaction: effect(1, -1, -1, 1),
    levels: levelsOf(rows[0]),
  };
}
