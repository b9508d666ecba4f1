/** Whether the event loop of a realm still turns. @module */

import type { Clock } from "../core/mod.ts";

/** So often it is asked; what it costs while nothing happens is next to nothing. */
export const HEARTBEAT_MS = 2_000;
/** Beats without an answer after which nobody waits any longer. */
export const MISSES = 3;

/** What a {@linkcode Heartbeat} works with. */
export interface HeartbeatParts {
  readonly clock: Clock;
  /** Resolves when the event loop has answered. */
  readonly ping: () => Promise<unknown>;
  /** Called once: it has not answered for so many milliseconds. */
  readonly silent: (ms: number) => void;
}

/**
 * Asks one question at a time, and counts the beats until it is answered. A host that slept itself counts one beat at
 * most, for its own timers were late as well.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #misses = 0;
  #isWaiting = false;
  #cancel: () => void = () => {};

  /** Begins at once. */
  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#schedule();
  }

  /** Asks no more. */
  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  #schedule(): void {
    this.#cancel = this.#parts.clock.timer(HEARTBEAT_MS, () => this.#beat());
  }

  #beat(): void {
    if (this.#isWaiting && ++this.#misses >= MISSES) return this.#parts.silent(MISSES * HEARTBEAT_MS);
    if (!this.#isWaiting) this.#ask();
    this.#schedule();
  }

  #ask(): void {
    this.#isWaiting = true;
    this.#misses = 0;
    // A realm that is gone is told of by its end.
    this.#parts.ping().then(() => this.#isWaiting = false, () => this.stop());
  }
}
