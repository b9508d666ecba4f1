/** Ends of attempts that the store refuses although it works. @module */

/** How often the store may refuse an end alone that has taken others since. */
const MAX_REFUSALS = 5;
/** The same where it has shown by other calls only that it works: it might fail at ends alone. */
const MAX_LONE_REFUSALS = 60;

/** What an end is written to. */
export type StorePart = "queue" | "results";

/**
 * - `unknown`: the store may be failing altogether
 * - `refused`: it has taken others since, so it is this end
 * - `hopeless`: it was tried often enough
 */
export type Judgement = "unknown" | "refused" | "hopeless";

interface Suspect {
  /** What refused it last. */
  readonly part: StorePart;
  /** How many writes of ends had gone well there when it was first refused. */
  readonly taken: number;
  /** How many calls had gone well there when it was last refused. */
  worked: number;
  /** How often it was refused by a store that had worked since the time before. */
  refusals: number;
}

/** Tells a store that fails from an end that it will never take. An outage counts as no refusal, however long it is. */
export class Refusals<E> {
  readonly #suspects = new Map<E, Suspect>();
  readonly #taken = { queue: 0, results: 0 };
  readonly #worked = { queue: 0, results: 0 };

  /** How many ends have failed alone and were not taken since. */
  get size(): number {
    return this.#suspects.size;
  }

  /** Whether the end has failed alone: it is written with nothing beside it. */
  has(ended: E): boolean {
    return this.#suspects.has(ended);
  }

  /** A part of the store has written something other than ends. */
  worked(part: StorePart): void {
    this.#worked[part]++;
  }

  /** A part of the store has taken ends. */
  took(part: StorePart): void {
    this.#taken[part]++;
    this.#worked[part]++;
  }

  /** These are written altogether. */
  clear(batch: readonly E[]): void {
    if (this.#suspects.size > 0) { for (const ended of batch) this.#suspects.delete(ended); }
  }

  /** A part of the store has refused this end alone. */
  judge(ended: E, part: StorePart): Judgement {
    const [taken, worked] = [this.#taken[part], this.#worked[part]];
    const before = this.#suspects.get(ended);
    const suspect = before?.part === part ? before : { part, taken, worked, refusals: 0 };
    this.#suspects.set(ended, suspect);
    const proven = taken > suspect.taken;
    if (worked > suspect.worked) suspect.refusals++;
    suspect.worked = worked;
    if (suspect.refusals < (proven ? MAX_REFUSALS : MAX_LONE_REFUSALS)) return proven ? "refused" : "unknown";
    this.#suspects.delete(ended);
    return "hopeless";
  }
}
