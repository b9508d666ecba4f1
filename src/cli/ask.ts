/** Questions on a terminal. @module */

import type { Io } from "./io.ts";

/**
 * Asks for a yes. Anything else is a no, also the end of the input.
 *
 * @param signal Aborted when nobody waits for the answer any more; its reason is thrown.
 */
export async function confirm(io: Io, question: string, signal: AbortSignal): Promise<boolean> {
  io.err.write(`${question} [y/N] `);
  const answer = await Promise.race([io.readLine(), aborted(signal)]);
  // Nobody pressed Enter.
  if (answer === null) io.err.write("\n");
  signal.throwIfAborted();
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

function aborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
}
