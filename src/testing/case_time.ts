/** The time of a case: fake, or that of the machine. @module */

import { assert } from "@std/assert";
import { tooLate } from "./errors.ts";
import type { FakeClock } from "./fake_clock.ts";

/** Steps of fake time, in milliseconds, while a promise is waited for. */
const STEP_MS = 20;
/** Timers and clocks of a machine don't agree to the millisecond. */
const TOLERANCE_MS = 10;

/** Lets time pass, waits, and measures, with either clock. */
export class CaseTime {
  readonly #clock: FakeClock | null;

  /** @param clock Null: real time. */
  constructor(clock: FakeClock | null) {
    this.#clock = clock;
  }

  /** Milliseconds since some moment. */
  elapsed(): number {
    return this.#clock?.now() ?? performance.now();
  }

  /** Lets at least so much time pass. */
  async advance(ms: number): Promise<void> {
    if (this.#clock === null) await pause(ms + TOLERANCE_MS);
    else await this.#clock.advance(ms);
  }

  /** What a promise resolves to; fails when that takes longer. */
  within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
    return this.#clock === null ? withinReal(ms, what, promise) : withinFake(this.#clock, ms, what, promise);
  }

  /** Fails when less time has passed since a moment of {@linkcode CaseTime.elapsed}. */
  assertElapsed(since: number, ms: number, what: string): void {
    const passed = this.elapsed() - since;
    assert(passed >= ms - TOLERANCE_MS, `${what} came after ${Math.round(passed)} ms, before its ${ms} ms were over`);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Fails unless a promise settles within so much real time. */
export async function withinReal<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooLate(what, ms)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function withinFake<T>(clock: FakeClock, ms: number, what: string, promise: Promise<T>): Promise<T> {
  let settled = false;
  const note = () => settled = true;
  promise.then(note, note);
  for (let passed = 0;; passed += STEP_MS) {
    // A turn of the event loop: files and connections have a time of their own.
    await pause(0);
    if (settled) return await promise;
    if (passed >= ms) throw tooLate(what, ms);
    await clock.advance(STEP_MS);
  }
}
