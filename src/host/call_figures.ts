/** How many calls a plugin has answered, and how quickly. @module */

/** So many of the last durations are kept. */
const KEPT = 1_000;

/** Figures of one plugin, through all of its restarts. */
export class CallFigures {
  readonly #durations: number[] = [];
  #calls = 0;
  #next = 0;

  /** Calls that were made. */
  get calls(): number {
    return this.#calls;
  }

  /** Of the last thousand calls that did not wait for anything, in milliseconds; null before the first. */
  get p99Ms(): number | null {
    if (this.#durations.length === 0) return null;
    const sorted = this.#durations.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.99) - 1]!;
  }

  /** A call begins; what is returned is called at its end. @param waits How long it takes says nothing. */
  begin(waits: boolean): () => void {
    this.#calls++;
    const started = performance.now();
    return () => {
      if (waits) return;
      this.#durations[this.#next] = performance.now() - started;
      this.#next = (this.#next + 1) % KEPT;
    };
  }
}
