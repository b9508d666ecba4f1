/** Waiting for work, without looking for it all the time. @module */

/** One that waits: hears of some queues, also while it is looking. */
export class Ear {
  readonly #queues: readonly string[] | null;
  #heard = false;
  #wake: (() => void) | undefined;

  /** @param queues Null: of all. */
  constructor(queues: readonly string[] | null) {
    this.#queues = queues;
  }

  /** Jobs of a queue have become ready; null: of any, perhaps. */
  hear(queue: string | null): void {
    if (queue !== null && this.#queues !== null && !this.#queues.includes(queue)) return;
    this.#heard = true;
    this.#wake?.();
  }

  /** Forgets what was heard: it is about to look. */
  reset(): void {
    this.#heard = false;
  }

  /** Waits until something was heard since {@linkcode Ear.reset}, the end of the time, or the signal. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#heard || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#wake = done;
    });
  }
}
