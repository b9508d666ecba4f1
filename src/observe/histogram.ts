/** Counts values in buckets. @module */

import type { HistogramSample } from "../core/mod.ts";

/** One histogram, cheap to add to: there are tens of thousands of values a second. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #buckets: number[];
  #sum = 0;

  /** @param bounds Upper bounds in ascending order, without the infinite one. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#buckets = new Array(bounds.length + 1).fill(0);
  }

  /** Counts a value, in the base unit. */
  observe(value: number): void {
    this.#sum += value;
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket++;
    this.#buckets[bucket]!++;
  }

  /** All that was counted so far, as exporters want it. */
  sample(labels: Readonly<Record<string, string>>): HistogramSample {
    let count = 0;
    const counts = this.#buckets.map((bucket) => count += bucket);
    return { labels, bounds: this.#bounds, counts, sum: this.#sum, count };
  }
}
