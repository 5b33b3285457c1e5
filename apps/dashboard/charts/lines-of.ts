/** A text in lines of at most `length` characters, broken between words; a word that is longer stays whole. At most two: what is more, is cut. */
export function linesOf(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length <= 2) return lines;
  const second = lines.slice(1).join(' ');
  return [lines[0], second.length > length ? `${second.slice(0, length - 1).trimEnd()}…` : second];
}
