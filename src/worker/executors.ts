/** All executors of a worker: shares attempts out among them and replaces those that ended. @module */

import { backoffDelay, type Clock, type ErrorData, type EventBus, toErrorData } from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";
import { Executor, type ExecutorGone, type ExecutorParts } from "./executor.ts";
import type { Prefetch } from "./prefetch.ts";

/** What {@linkcode Executors} are made of. */
export interface ExecutorsParts extends Omit<ExecutorParts, "index"> {
  readonly count: number;
  readonly prefetch: Prefetch;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told when an executor takes attempts again. */
  readonly opened: () => void;
  /** Told when one could not be opened again. */
  readonly failed: () => void;
}

const RESTART_MS = 100;
const LONGEST_RESTART_MS = 30_000;

/** The executors of a worker. */
export class Executors {
  readonly #parts: ExecutorsParts;
  readonly #all: Executor[];
  readonly #failures = new Map<Executor, number>();
  readonly #timers = new Map<Executor, () => void>();
  #closed = false;

  /** Opens nothing until `start`. */
  constructor(parts: ExecutorsParts) {
    this.#parts = parts;
    this.#all = Array.from({ length: parts.count }, (_, index) => new Executor({ ...parts, index }));
  }

  /** Every executor, also those that are being replaced. */
  get all(): readonly Executor[] {
    return this.#all;
  }

  /** How many take attempts now. */
  get ready(): number {
    return this.#all.filter(({ ready }) => ready).length;
  }

  /** How many attempts they can take now. */
  get room(): number {
    return this.#all.reduce((sum, executor) => sum + this.#roomOf(executor), 0);
  }

  /** How many attempts they could take if they had none. */
  get capacity(): number {
    return this.#all.filter(takes).length * this.#parts.prefetch.bound;
  }

  /** Whether one of them has a slot with nothing to run. */
  get hungry(): boolean {
    return this.#all.some((executor) => takes(executor) && executor.load < executor.lanes);
  }

  /**
   * Opens all of them.
   * @throws the first error; the others are ended then.
   */
  async start(): Promise<void> {
    const opening = this.#all.map((executor) => this.#open(executor));
    try {
      await Promise.all(opening);
    } catch (error) {
      this.close();
      for (const executor of this.#all) executor.kill("stopped");
      await Promise.allSettled(opening);
      throw error;
    }
  }

  /** Sends attempts to those with the least to do; answers what there is no room for. */
  assign(attempts: readonly Attempt[]): Attempt[] {
    const shares = this.#all.filter(takes).map((executor) => ({
      executor,
      room: this.#roomOf(executor),
      attempts: [] as Attempt[],
    }));
    let given = 0;
    for (const attempt of attempts) {
      let best: (typeof shares)[number] | undefined;
      for (const share of shares) {
        if (share.attempts.length < share.room && (best === undefined || load(share) < load(best))) best = share;
      }
      if (best === undefined) break;
      best.attempts.push(attempt);
      given++;
    }
    for (const share of shares) share.executor.send(share.attempts);
    return attempts.slice(given);
  }

  /**
   * Opens another realm for an executor that ended: at once after a timeout, else after a pause. The pause grows only
   * while nothing runs in between: handlers that end their executor are dealt with by the count of their losses.
   */
  replace(executor: Executor, { reason, worked }: ExecutorGone): void {
    if (worked) this.#failures.delete(executor);
    if (reason === "timeout") this.#reopen(executor);
    else this.#reopenLater(executor);
  }

  /** Opens none any more. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #roomOf(executor: Executor): number {
    if (!takes(executor)) return 0;
    const most = executor.lanes < this.#parts.concurrency ? executor.lanes : this.#parts.prefetch.bound;
    return Math.max(0, most - executor.load);
  }

  async #open(executor: Executor): Promise<void> {
    const realm = await executor.open();
    if (this.#closed) return executor.kill("stopped");
    this.#parts.bus.emit("executor.started", { executor: executor.name, pid: realm.pid, startMs: realm.startMs });
    this.#parts.opened();
  }

  #reopenLater(executor: Executor): void {
    if (this.#closed) return;
    const failures = (this.#failures.get(executor) ?? 0) + 1;
    this.#failures.set(executor, failures);
    const { random, clock } = this.#parts;
    const delayMs = backoffDelay({ baseMs: RESTART_MS, attempt: failures, capMs: LONGEST_RESTART_MS, random });
    this.#timers.set(executor, clock.timer(delayMs, () => this.#reopen(executor)));
  }

  #reopen(executor: Executor): void {
    if (this.#closed) return;
    this.#timers.delete(executor);
    this.#open(executor).catch((error) => {
      this.#logFailure(executor, toErrorData(error));
      this.#parts.failed();
      this.#reopenLater(executor);
    });
  }

  #logFailure(executor: Executor, error: ErrorData): void {
    if (this.#closed) return;
    this.#parts.bus.emit("log", {
      level: "error",
      category: "worker",
      message: `The ${executor.name} could not be started again: ${error.message}`,
      fields: { code: error.code },
    });
  }
}

function takes(executor: Executor): boolean {
  return executor.ready && !executor.alone && !executor.stalled;
}

function load(share: { readonly executor: Executor; readonly attempts: readonly Attempt[] }): number {
  return share.executor.load + share.attempts.length;
}
