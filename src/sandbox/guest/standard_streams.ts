/** Takes the standard streams of the process away from the guest's thread. @module */

import { closeSync } from "node:fs";

/**
 * Every thread of a process holds its own handles of stdin, stdout and stderr, and no permission stands before them:
 * `node:fs` takes them as the descriptors 0 to 2, and the classes behind `Deno.open` and `Deno.connect` by their
 * numbers. Those of this thread are closed; the other threads keep theirs, and the numbers are not given out again.
 */
export function closeStandardStreams(): void {
  for (const stream of [Deno.stdin, Deno.stdout, Deno.stderr]) quietly(() => stream.close());
  // Since Deno 2.9 `node:fs` has a table of its own.
  for (const descriptor of [0, 1, 2]) quietly(() => closeSync(descriptor));
}

/** Before Deno 2.9 both are one and the same. */
function quietly(close: () => void): void {
  try {
    close();
  } catch { /* it was closed before */ }
}
