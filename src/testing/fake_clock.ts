/** Time for tests. @module */

import type { Clock } from "../core/mod.ts";

/** Promises settle in turns; so many turns are enough for what waits for no timer. */
const TURNS = 100;

/** Lets everything run that waits for no timer and no input or output. */
export async function settleDown(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/**
 * Time that moves only by {@linkcode FakeClock.advance}.
 *
 * @example
 * ```ts
 * import { FakeClock } from "@nuvom/nuvom/testing";
 *
 * const clock = new FakeClock();
 * let rang = false;
 * clock.timer(1_000, () => rang = true);
 * await clock.advance(999);
 * console.assert(!rang);
 * await clock.advance(1);
 * console.assert(rang);
 * ```
 */
export class FakeClock implements Clock {
  #now: number;
  #offset = 0;
  #timers: Timer[] = [];

  /** Starts no time. @param now Milliseconds since the epoch. */
  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#offset;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Sets the time of day, as a machine's clock is set: `now()` jumps, timers and `monotonic()` go on as before. */
  set(now: number): void {
    this.#offset = now - this.#now;
  }

  timer(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#timers.push(timer);
    return () => this.#timers = this.#timers.filter((other) => other !== timer);
  }

  /** How many timers have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets `ms` milliseconds pass: fires the timers in order, each at its own time, and lets run what they wake. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settleDown();
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      const due = next;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.fn();
      await settleDown();
    }
    this.#now = end;
    await settleDown();
  }

  #nextUntil(end: number): Timer | undefined {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
