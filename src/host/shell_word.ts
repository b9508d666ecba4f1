/** Words of command lines to copy. @module */

/** A word as a shell takes it, in quotes only where it needs them. */
export function shellWord(text: string): string {
  return /^[\w./~:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
