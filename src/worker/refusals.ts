/** Ends of attempts that the store refuses although it takes others. @module */

/** How often the store may refuse an end alone after it has taken others since. */
const MAX_REFUSALS = 5;
/** For so long an end is tried alone where nothing else shows whether the store works. */
const UNPROVEN_MS = 300_000;

/**
 * - `unknown`: the store may be failing altogether
 * - `refused`: it has taken others since, so it is this end
 * - `hopeless`: it was tried often enough
 */
export type Judgement = "unknown" | "refused" | "hopeless";

interface Suspect {
  readonly since: number;
  readonly taken: number;
  refusals: number;
}

/** Tells a store that fails from an end that it will never take. */
export class Refusals<E> {
  readonly #suspects = new Map<E, Suspect>();
  #taken = 0;

  /** How many ends have failed alone and were not taken since. */
  get size(): number {
    return this.#suspects.size;
  }

  /** Whether the end has failed alone: it is written with nothing beside it. */
  has(ended: E): boolean {
    return this.#suspects.has(ended);
  }

  /** The store has taken these. */
  took(batch: readonly E[]): void {
    this.#taken++;
    if (this.#suspects.size > 0) { for (const ended of batch) this.#suspects.delete(ended); }
  }

  /** The store has refused this end alone. @param now Monotonic milliseconds. */
  judge(ended: E, now: number): Judgement {
    const suspect = this.#suspects.get(ended) ?? { since: now, taken: this.#taken, refusals: 0 };
    this.#suspects.set(ended, suspect);
    const proven = this.#taken > suspect.taken;
    if (proven ? ++suspect.refusals < MAX_REFUSALS : now - suspect.since < UNPROVEN_MS) {
      return proven ? "refused" : "unknown";
    }
    this.#suspects.delete(ended);
    return "hopeless";
  }
}
