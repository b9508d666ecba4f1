/** One process at a time: two changes of a project never overlap. @module */

import { dirname } from "@std/path";

const POLL_MS = 25;

/**
 * Runs the work while this process alone holds the file. The system lets go of it when the process ends, however that
 * happens.
 *
 * @param path Made when it is missing, and left there: who removes it lets two in.
 * @param busy What to throw when the file is not to be had within `waitMs`.
 */
export async function exclusively<T>(
  path: string,
  waitMs: number,
  busy: () => Error,
  work: () => Promise<T>,
): Promise<T> {
  await Deno.mkdir(dirname(path), { recursive: true });
  using file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
  for (const until = performance.now() + waitMs; !await file.tryLock(true);) {
    if (performance.now() > until) throw busy();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  // Closing the file unlocks it.
  return await work();
}
