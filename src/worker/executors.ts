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
  readonly failed: (forSuspects: boolean) => void;
}

/** How long the executor for suspects has to end in good order. */
const STOP_MS = 500;
const RESTART_MS = 100;
const LONGEST_RESTART_MS = 30_000;

/** The executors of a worker, and one more where suspects run, one at a time: all else goes on meanwhile. */
export class Executors {
  readonly #parts: ExecutorsParts;
  readonly #shared: readonly Executor[];
  /** Has a realm only while there are suspects. */
  readonly #cell: Executor;
  #cellOpen = false;
  readonly #failures = new Map<Executor, number>();
  readonly #timers = new Map<Executor, () => void>();
  #closed = false;
  /** Every executor, also those that are being replaced, and the one for suspects. */
  readonly all: readonly Executor[];

  /** Opens nothing until `start`. */
  constructor(parts: ExecutorsParts) {
    this.#parts = parts;
    this.#shared = Array.from({ length: parts.count }, (_, index) => new Executor({ ...parts, index }));
    this.#cell = new Executor({ ...parts, index: parts.count });
    this.all = [...this.#shared, this.#cell];
  }

  /** How many take attempts now, without the one for suspects. */
  get ready(): number {
    return this.#shared.filter(({ ready }) => ready).length;
  }

  /** How many attempts they can take now; none while more wait as suspects than may run at a time. */
  get room(): number {
    if (this.#cell.suspects > this.#shared.length * this.#parts.concurrency) return 0;
    return this.#shared.reduce((sum, executor) => sum + this.#roomOf(executor), 0);
  }

  /** How many attempts they could take if they had none. */
  get capacity(): number {
    return this.#shared.filter(takes).length * this.#parts.prefetch.bound;
  }

  /** Whether one of them has a slot with nothing to run. */
  get hungry(): boolean {
    return this.#shared.some((executor) => takes(executor) && executor.load < executor.lanes);
  }

  /**
   * Opens all of them.
   * @throws the first error; the others are ended then.
   */
  async start(): Promise<void> {
    const opening = this.#shared.map((executor) => this.#open(executor));
    try {
      await Promise.all(opening);
    } catch (error) {
      this.close();
      for (const executor of this.#shared) executor.kill("stopped");
      await Promise.allSettled(opening);
      throw error;
    }
  }

  /** Sends attempts to those with the least to do; answers what there is no room for. */
  assign(attempts: readonly Attempt[]): Attempt[] {
    const shares = this.#shared.filter(takes).map((executor) => ({
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

  /** Has suspects of one end of an executor run alone. */
  isolate(suspects: readonly Attempt[]): void {
    if (suspects.length === 0) return;
    this.#cell.isolate(suspects);
    if (this.#cellOpen) return;
    this.#cellOpen = true;
    this.#reopen(this.#cell);
  }

  /** Takes back those of the suspects that have not been run alone. */
  withdraw(which: (suspect: Attempt) => boolean): Attempt[] {
    return this.#cell.withdraw(which);
  }

  /** An executor has reported: the one for suspects is closed when it has none any more. */
  reported(executor: Executor): void {
    if (executor === this.#cell && executor.ready && executor.load === 0 && !executor.alone) {
      void executor.stop(STOP_MS);
    }
  }

  /**
   * Opens another realm for an executor that ended: at once after a timeout, else after a pause. The pause grows only
   * while nothing runs in between: handlers that end their executor are dealt with by the count of their losses.
   */
  replace(executor: Executor, { reason, worked }: ExecutorGone): void {
    if (worked) this.#failures.delete(executor);
    if (executor === this.#cell) this.#cellOpen = executor.alone;
    if (executor === this.#cell && !this.#cellOpen) return;
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
    this.reported(executor);
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
      this.#parts.failed(executor === this.#cell);
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
  return executor.ready && !executor.stalled;
}

function load(share: { readonly executor: Executor; readonly attempts: readonly Attempt[] }): number {
  return share.executor.load + share.attempts.length;
}
