/** A queue backend that fails: how long to wait before the next try, and who is told. @module */

import { backoffDelay, type EventBus, toErrorData } from "../core/mod.ts";

const BASE_MS = 100;
const CAP_MS = 5_000;

/** Counts failures in a row. */
export class Outage {
  readonly #bus: EventBus;
  readonly #random: () => number;
  #failures = 0;

  /** @param random From 0 to 1, for the jitter. */
  constructor(bus: EventBus, random: () => number) {
    this.#bus = bus;
    this.#random = random;
  }

  /** Whether the last call failed. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Notes a failure; answers the milliseconds until the next try. */
  failed(error: unknown): number {
    this.#failures++;
    const retryInMs = backoffDelay({ baseMs: BASE_MS, attempt: this.#failures, capMs: CAP_MS, random: this.#random });
    this.#bus.emit("queue.failing", { error: toErrorData(error), retryInMs });
    return retryInMs;
  }

  /** Notes a call that went well. */
  recovered(): void {
    this.#failures = 0;
  }
}
