/** The nearest valid name to a misspelt one, for error messages. @module */

import { levenshteinDistance } from "@std/text";

/** The candidate that a typing mistake most likely meant, or undefined when none is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = levenshteinDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `Did you mean "x"?`, or the list of what there is; for the end of an error message. */
export function didYouMean(name: string, candidates: readonly string[], noun: string): string {
  const nearest = nearestName(name, candidates);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  return candidates.length === 0 ? `There is no ${noun}.` : `Known: ${[...candidates].sort().join(", ")}.`;
}
