/** So many runs are compared at most: more lines cannot be told apart. */
export const MAX_RUNS = 12;
