/** Waking those that wait for work. @module */

import type { Clock } from "../core/mod.ts";

/** A bell that wakes every waiter. */
export class Wake {
  readonly #waiters = new Set<() => void>();

  /** Wakes all that wait now. */
  ring(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  /** Waits for the bell, the end of the time, or the signal. */
  wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        signal?.removeEventListener("abort", done);
        this.#waiters.delete(done);
        resolve();
      };
      const cancel = clock.timer(ms, done);
      signal?.addEventListener("abort", done);
      this.#waiters.add(done);
    });
  }
}
