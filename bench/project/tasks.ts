/** The tasks of nuvom's side; `../adapters/handlers.ts` does the same for the peers. @module */

import { jobContext, task } from "nuvom";

/** Returns what it was given. */
export const noop = task({ name: "noop" }, (payload: number) => payload);

/** Fails once, and is retried at once. */
export const flaky = task({ name: "flaky", retries: 1, retryDelay: 0 }, (payload: number) => {
  if (jobContext().attempt === 1) throw new Error("not yet");
  return payload;
});

/** Milliseconds from the call that enqueued it. */
export const lag = task(
  { name: "lag" },
  (enqueuedAt: number) => performance.timeOrigin + performance.now() - enqueuedAt,
);

/** Runs until its worker is killed. */
export const hang = task(
  { name: "hang", retries: 1, timeout: 0 },
  () => new Promise((resolve) => setTimeout(resolve, 3_600_000)),
);
