/** When a plugin that crashed is started again, and when it has crashed too often. @module */

/** `[plugin.NAME] restart`. */
export interface RestartLimit {
  /** Most restarts in the time below; 0: it is never started again. */
  readonly max: number;
  /** In milliseconds; a plugin that ran for so long is stable, and its earlier crashes no longer count. */
  readonly withinMs: number;
}

/** Where the manifest says nothing. */
export const DEFAULT_RESTART: RestartLimit = { max: 5, withinMs: 60_000 };

const BASE_MS = 200;
const CAP_MS = 30_000;

/** Counts the crashes of one plugin. */
export class RestartBudget {
  readonly #limit: RestartLimit;
  readonly #random: () => number;
  #crashes: number[] = [];
  #spent = false;

  /** @param random From 0 to 1, for the jitter. */
  constructor(limit: RestartLimit, random: () => number) {
    this.#limit = limit;
    this.#random = random;
  }

  /**
   * Notes a crash.
   *
   * @param now In milliseconds.
   * @param ranMs How long it ran since its last start.
   * @returns the milliseconds until the next start, anything from none to a bound that doubles with each recent crash:
   * plugins that crashed together don't come back together. Null: it crashed too often, and does so until it was stable.
   */
  crashed(now: number, ranMs: number): number | null {
    const { max, withinMs } = this.#limit;
    if (ranMs >= withinMs) this.#spent = false;
    this.#crashes = this.#crashes.filter((at) => now - at < withinMs);
    if (this.#spent || this.#crashes.length >= max) {
      this.#spent = true;
      return null;
    }
    const bound = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(this.#crashes.length, 32));
    this.#crashes.push(now);
    return Math.round(bound * this.#random());
  }
}
