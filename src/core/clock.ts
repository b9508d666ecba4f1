/** Time, as a dependency: production code reads it only here, so that tests can move it. @module */

/** A source of time and timers. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when someone sets the clock. For dates that are shown or stored. */
  now(): number;
  /** Milliseconds that never go back and never jump, from an unknown start. For whatever lasts: limits, pauses. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds; the function returned cancels it. */
  timer(ms: number, fn: () => void): () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, fn) {
    // A longer delay than 2^31-1 ms would fire at once; waking up early is harmless to every caller.
    const id = setTimeout(fn, Math.min(ms, 2_147_483_647));
    return () => clearTimeout(id);
  },
};

/** Waits `ms` milliseconds; resolves early, without an error, when `signal` is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.timer(ms, done);
    signal?.addEventListener("abort", done);
  });
}
