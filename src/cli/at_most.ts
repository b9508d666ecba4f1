/** Waiting for what may never end. @module */

import { type Clock, sleep } from "../core/mod.ts";

/** Resolves when the work has ended, however it ended, or after so many milliseconds. */
export async function atMost(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  const over = new AbortController();
  await Promise.race([work.catch(() => {}), sleep(clock, ms, over.signal)]);
  over.abort();
}
