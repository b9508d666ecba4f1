/** How many jobs may wait in front of an executor. @module */

/** The pipe to an executor holds work for about so long: enough to never run dry, too little to keep jobs from others. */
const AHEAD_MS = 50;
const SMOOTHING = 0.2;

/** Learns from run times: quick jobs are fetched ahead in large numbers, slow ones not at all. */
export class Prefetch {
  readonly #concurrency: number;
  readonly #most: number;
  #averageMs: number | undefined;

  /** @param most Jobs in an executor at most, running ones included. */
  constructor(concurrency: number, most: number) {
    this.#concurrency = concurrency;
    this.#most = most;
  }

  /** Notes the run time of an attempt in milliseconds. */
  observe(durationMs: number): void {
    const before = this.#averageMs ?? durationMs;
    this.#averageMs = before + SMOOTHING * (durationMs - before);
  }

  /** Jobs that an executor may hold, running ones included. */
  get bound(): number {
    if (this.#averageMs === undefined) return this.#concurrency;
    const ahead = Math.floor((this.#concurrency * AHEAD_MS) / Math.max(this.#averageMs, 0.001));
    return Math.min(this.#most, this.#concurrency + ahead);
  }
}
