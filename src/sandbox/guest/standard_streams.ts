/** Takes the standard streams of the process away from the guest's thread. @module */

import { closeSync } from "node:fs";

/**
 * Every thread of a process holds its own handles of stdin, stdout and stderr, and no permission stands before them:
 * `node:fs` takes them as the descriptors 0 to 2, and the classes behind `Deno.open` and `Deno.connect` by their
 * numbers. Those of this thread are closed; the other threads keep theirs, and the numbers are not given out again.
 */
export function closeStandardStreams(): void {
  for (const descriptor of [0, 1, 2]) closeSync(descriptor);
}
