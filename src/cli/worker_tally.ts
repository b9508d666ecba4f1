/** What a worker did, for its last line. @module */

import { type Clock, type EventBus, formatDuration } from "../core/mod.ts";

/** How many jobs came to what. */
export interface TallyFigures {
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Attempts that are followed by another one. */
  readonly retried: number;
  readonly durationMs: number;
}

/** Counts from its construction on. */
export class WorkerTally {
  readonly #counts = { done: 0, failed: 0, cancelled: 0, retried: 0 };
  readonly #clock: Clock;
  readonly #began: number;

  constructor(bus: EventBus, clock: Clock) {
    this.#clock = clock;
    this.#began = clock.monotonic();
    bus.on("attempts.ended", ({ ends }) => {
      for (const { next } of ends) {
        if (next === "done" || next === "failed" || next === "cancelled") this.#counts[next]++;
        if (next === "retry") this.#counts.retried++;
      }
    });
  }

  /** Until now. */
  figures(): TallyFigures {
    return { ...this.#counts, durationMs: this.#clock.monotonic() - this.#began };
  }

  /** `12 jobs done, 1 failed, 3 attempts retried, in 2.5s.` */
  sentence(): string {
    const { done, failed, cancelled, retried, durationMs } = this.figures();
    const parts = [
      `${done} job${done === 1 ? "" : "s"} done`,
      `${failed} failed`,
      ...(cancelled === 0 ? [] : [`${cancelled} cancelled`]),
      ...(retried === 0 ? [] : [`${retried} attempt${retried === 1 ? "" : "s"} retried`]),
    ];
    return `${parts.join(", ")}, in ${formatDuration(durationMs)}.`;
  }
}
