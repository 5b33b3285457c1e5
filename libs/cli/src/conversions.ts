// From typed text to values, for `coerce`. What they throw ends the sentence `The option --NAME is "TEXT"; expected …`.

/** A whole number from `least` to `most`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new Error(`a whole number ${range}`);
  };

/** A number above `low` and below `high`, or equal to `high` where that is `included`. */
export const numberBetween =
  (low: number, high: number, { included = false } = {}) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() !== '' && number > low && (number < high || (included && number === high))) return number;
    throw new Error(`a number above ${low} and ${included ? 'at most' : 'below'} ${high}`);
  };

/** Words separated by commas. */
export const wordList = (text: string): string[] => text.split(',');

/** Numbers separated by commas. */
export const numberList =
  (item: (text: string) => number) =>
  (text: string): number[] =>
    text.split(',').map(item);
