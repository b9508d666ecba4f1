/** Numbers of things in sentences. @module */

/** `1 module`, `2 modules`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
