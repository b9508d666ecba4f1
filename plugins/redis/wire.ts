/** Values on their way into scripts. @module */

/**
 * JSON that Redis can read: half of a surrogate pair, which no UTF-8 has, would make it refuse all of it. It becomes U+FFFD.
 */
export function wire(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud")) return text;
  return JSON.stringify(value, (_, part) => typeof part === "string" ? part.toWellFormed() : part);
}
