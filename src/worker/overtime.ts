/** Watches the time limits of all attempts with one timer. @module */

import type { Clock, EventBus } from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { Executor } from "./executor.ts";

/** What {@linkcode Overtime} works with. */
export interface OvertimeParts {
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly graceMs: number;
  readonly executors: readonly Executor[];
  /** Told of an executor that holds jobs which it does not begin. */
  readonly holdsUp: (executor: Executor) => void;
}

/** Limits are kept to this much. */
const SWEEP_MS = 100;
/** Jobs that an executor has not begun for so long move on. */
const HELD_UP_MS = 300;
/** An executor that runs nothing and still starts nothing for so long is blocked by what an ended job left behind. */
const STUCK_MS = 15_000;

/** Aborts attempts at their deadline, and ends the executors of those that go on after the grace time. */
export class Overtime {
  readonly #parts: OvertimeParts;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;

  /** Watches nothing until `watch`. */
  constructor(parts: OvertimeParts) {
    this.#parts = parts;
  }

  /** There are attempts to watch. The timer runs only while there are some. */
  watch(): void {
    if (!this.#stopped) this.#cancelTimer ??= this.#parts.clock.timer(SWEEP_MS, () => this.#sweep());
  }

  /** Watches nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  #sweep(): void {
    this.#cancelTimer = undefined;
    for (const executor of this.#parts.executors) {
      if (executor.load === 0 && !executor.stalled) continue;
      this.watch();
      if (executor.ready) this.#sweepExecutor(executor);
    }
  }

  #sweepExecutor(executor: Executor): void {
    const now = this.#parts.clock.monotonic();
    const started = executor.started();
    const overdue = started.filter((attempt) => this.#isOverdue(attempt, now));
    if (overdue.length > 0) return executor.kill("timeout", new Set(overdue));
    if (started.length === 0 && now - executor.heardAt > STUCK_MS) return executor.kill("timeout");
    if (executor.load > started.length && this.#holdsUp(executor, now)) this.#parts.holdsUp(executor);
    const late = started.filter((attempt) => this.#isLate(attempt, now));
    if (late.length > 0) executor.abort(late, "timeout");
  }

  /** A suspect that is alone has nobody to wait for, and must not get away. */
  #holdsUp(executor: Executor, now: number): boolean {
    return !executor.stalled && !executor.alone && now - executor.movedAt > HELD_UP_MS;
  }

  #isOverdue({ abort, abortedAt, deadline }: Attempt, now: number): boolean {
    const { graceMs } = this.#parts;
    if (abort === "timeout" || abort === "cancelled") return now >= abortedAt + graceMs;
    // Its job may run elsewhere by now, so it is left alone until its own time is over.
    return abort === "lease lost" && deadline > 0 && now >= deadline + graceMs;
  }

  #isLate(attempt: Attempt, now: number): boolean {
    if (attempt.abort !== null || attempt.deadline === 0 || now < attempt.deadline) return false;
    if (attempt.job.timeoutPolicy !== "ignore") return true;
    attempt.deadline = 0;
    this.#parts.bus.emit("log", {
      level: "warn",
      category: `task.${attempt.job.task}`,
      message: `The job ${attempt.job.id} is over its time limit of ${attempt.job.timeoutMs} ms and goes on.`,
    });
    return false;
  }
}
