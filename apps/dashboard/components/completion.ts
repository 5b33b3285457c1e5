/** What can be completed at a place of a filter: from character `from` on stands the beginning of a field's name, or of its value. */
export interface Completing {
  readonly from: number;
  readonly prefix: string;
  /** The field whose value it is; undefined where a field is being typed. */
  readonly field: string | undefined;
}

/** A condition's field, its operator, and what stands after it; as the server reads it. */
const CONDITION = /^([\p{L}\d_.-]+?)(?:!=|>=|<=|=|>|<|~)(.*)$/su;

/** What is being typed where the caret stands. */
export function completingAt(text: string, caret: number): Completing {
  const before = text.slice(0, caret);
  let [start, value, quoted] = [0, 0, false];
  for (let k = 0; k < before.length; k++) {
    if (before[k] === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(before[k])) start = value = k + 1;
    else if (!quoted && before[k] === ',') value = k + 1;
  }
  const word = before.slice(start);
  const found = CONDITION.exec(word);
  if (found === null) return { from: start, prefix: word, field: undefined };
  const [, field, rest] = found;
  const from = Math.max(value, before.length - rest.length);
  return { from, prefix: before.slice(from).replaceAll('"', ''), field };
}

/** Names that go on from a beginning: those that start with it, then those of which a part does, then those that have it anywhere. */
export function completions(names: readonly string[], prefix: string, limit = 10): string[] {
  const typed = prefix.toLowerCase();
  const rank = (name: string): number => {
    const plain = name.toLowerCase();
    if (plain.startsWith(typed)) return 0;
    if (plain.includes(`.${typed}`)) return 1;
    return plain.includes(typed) ? 2 : 3;
  };
  return [...new Set(names)]
    .map((name) => ({ name, rank: rank(name) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ name }) => name);
}

/** The filter with a completion in its place, and where the caret then stands: after a field's `=`, or after a value and a space. */
export function completed(
  text: string,
  caret: number,
  chosen: string,
): { readonly text: string; readonly caret: number } {
  const { from, field } = completingAt(text, caret);
  const needsQuotes = field !== undefined && /[\s,]/.test(chosen);
  const put = field === undefined ? `${chosen}=` : `${needsQuotes ? `"${chosen}"` : chosen} `;
  const after = text
    .slice(caret)
    .replace(/^[^\s,]+/, '')
    .replace(/^ /, '');
  return { text: text.slice(0, from) + put + after, caret: from + put.length };
}
