/**
 * The fold of each of `count` pairs kept in file order: `folds` runs whose lengths differ by at most one, the
 * longer ones first (scikit-learn's `KFold` without shuffling).
 */
export function contiguousFolds(count: number, folds: number): Int32Array {
  const [short, longer] = [Math.floor(count / folds), count % folds];
  const cut = longer * (short + 1);
  return Int32Array.from({ length: count }, (_, i) =>
    i < cut ? Math.floor(i / (short + 1)) : longer + Math.floor((i - cut) / short),
  );
}
