/** A word as a POSIX shell takes it for one: quoted where the shell would take it apart. */
export const shellWord = (word: string): string =>
  /^[\w.,:=/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
