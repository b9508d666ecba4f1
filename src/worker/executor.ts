/** One executor as the worker sees it: a realm, the attempts that were sent to it, and its replacement. @module */

import { type Clock, sleep } from "../core/mod.ts";
import {
  type AbortReason,
  type AttemptOrder,
  type EntryRef,
  type GuestLog,
  isAfter,
  ORDER_NUMBERS,
  readLog,
  type Realm,
  type RealmExit,
  type RealmHost,
  type RealmUsage,
} from "../sandbox/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { ExecutorEnd } from "./blame.ts";
import { executorDied, unknownCall } from "./errors.ts";

/** What an {@linkcode Executor} is made of. */
export interface ExecutorParts {
  readonly index: number;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly loadTimeoutMs: number;
  readonly open: (host: RealmHost, index: number) => Promise<Realm>;
  readonly entries: () => Promise<readonly EntryRef[]>;
  readonly delegate: ExecutorDelegate;
  /** Told the tasks of a realm, unchecked. */
  readonly loaded: (tasks: unknown) => void;
}

/** Who is told what happens in an executor. */
export interface ExecutorDelegate {
  /** Handlers are about to be called. */
  started(attempts: readonly Attempt[]): void;
  /** `reported` comes from the realm and is not checked. */
  ended(attempt: Attempt, reported: unknown, durationMs: number): void;
  /** After every report: there may be room. */
  reported(executor: Executor): void;
  progress(attempt: Attempt, value: number, note: string | null): void;
  /** A handler has written a line of its log. */
  logged(attempt: Attempt, level: GuestLog["level"], message: string): void;
  gone(executor: Executor, end: ExecutorGone): void;
}

/** The end of an executor's realm, with what it had. */
export interface ExecutorGone extends ExecutorEnd {
  readonly detail: string;
  /** Sent, and never announced as started. */
  readonly unstarted: readonly Attempt[];
  /** Whether any handler had been called in this realm. */
  readonly worked: boolean;
}

/** How long a realm that was killed has to say that it is gone. */
const KILL_MS = 2_000;
const USAGE_MS = 1_000;
/** Arguments in one message, in characters: three bytes each at most, and a message has 64 MiB at most. */
const MAX_NOTE = 8 * 1024 * 1024;

/** A place for one realm at a time. */
export class Executor {
  readonly index: number;
  readonly name: string;
  readonly #parts: ExecutorParts;
  readonly #held = new Map<string, Attempt>();
  #suspects: Attempt[] = [];
  #aloneRuns = false;
  #realm: Realm | null = null;
  #generation = 0;
  #starts = 0;
  #worked = false;
  #heardAt = 0;
  #sentAt = 0;
  #sent = 0;
  #stalled = false;
  #recalling = false;
  #lanes: number;
  #abortUnanswered = false;
  #cancelKill: (() => void) | undefined;
  #killed: { readonly reason: ExecutorEnd["reason"]; readonly overdue: ReadonlySet<Attempt> } | null = null;

  /** Opens nothing until {@linkcode Executor.open}. */
  constructor(parts: ExecutorParts) {
    this.#parts = parts;
    this.index = parts.index;
    this.name = `executor-${parts.index}`;
    this.#lanes = parts.concurrency;
  }

  /** Whether it takes attempts now. */
  get ready(): boolean {
    return this.#realm !== null && this.#killed === null;
  }

  /** Attempts that were sent and have not ended. */
  get load(): number {
    return this.#held.size;
  }

  /** Whether it runs suspects, one at a time, and nothing else. */
  get alone(): boolean {
    return this.#suspects.length > 0 || this.#aloneRuns;
  }

  /** How many wait to be run alone. */
  get suspects(): number {
    return this.#suspects.length;
  }

  /** Whether the event loop has answered the last abort. */
  get responsive(): boolean {
    return !this.#abortUnanswered;
  }

  /** When it last reported, or was last sent something while it had nothing; monotonic. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** When it last reported or was sent something; monotonic. */
  get movedAt(): number {
    return Math.max(this.#heardAt, this.#sentAt);
  }

  /** Whether what it had not begun was taken back, and it has not shown since that it can begin something. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** How many attempts it gets at a time where jobs are not quick: fewer after a handler has blocked it. */
  get lanes(): number {
    return this.#lanes;
  }

  /** What its process uses; null while it does not run, and when it does not say within a second. */
  async usage(): Promise<RealmUsage | null> {
    const over = new AbortController();
    const late = sleep(this.#parts.clock, USAGE_MS, over.signal).then(() => null);
    const usage = await Promise.race([this.#realm?.usage() ?? null, late]);
    over.abort();
    return usage;
  }

  /** Attempts whose handlers were announced, in the order of their start. */
  started(): Attempt[] {
    return [...this.#held.values()].filter(({ startOrder }) => startOrder > 0);
  }

  /**
   * Opens a realm and imports the task modules.
   * @throws the realm's or the module's error; nothing is left running then.
   */
  async open(): Promise<Realm> {
    const { index, concurrency, loadTimeoutMs } = this.#parts;
    const entries = await this.#parts.entries();
    const generation = ++this.#generation;
    const live = () => this.#realm !== null && this.#generation === generation;
    const realm = await this.#parts.open(this.#host(live), index);
    try {
      const died = realm.exited.then((exit) => Promise.reject(executorDied(this.name, exit.detail)));
      const load = realm.call("executor.load", { entries, concurrency }, { timeoutMs: loadTimeoutMs });
      this.#parts.loaded(await Promise.race([load, died]));
    } catch (error) {
      realm.kill();
      throw error;
    }
    this.#begin(realm);
    return realm;
  }

  /** Sends attempts to the realm. */
  send(attempts: readonly Attempt[]): void {
    if (attempts.length === 0) return;
    this.#sentAt = this.#parts.clock.monotonic();
    if (this.#held.size === 0) this.#heardAt = this.#sentAt;
    let orders: AttemptOrder[] = [];
    let size = 0;
    for (const attempt of attempts) {
      const { id, task, attempts: number, args } = attempt.job;
      this.#held.set(id, attempt);
      attempt.orderNumber = this.#sent = (this.#sent + 1) % ORDER_NUMBERS;
      if (size + args.length > MAX_NOTE) {
        this.#realm!.note("executor.run", orders);
        [orders, size] = [[], 0];
      }
      orders.push([id, task, number, args]);
      size += args.length;
    }
    this.#realm!.note("executor.run", orders);
  }

  /** Aborts attempts; the first reason of each counts. */
  abort(attempts: readonly Attempt[], reason: AbortReason): void {
    const now = this.#parts.clock.monotonic();
    const orders = attempts.filter((attempt) => this.#has(attempt) && attempt.stop(reason, now))
      .map(({ job }) => ({ id: job.id, reason }));
    if (orders.length === 0 || this.#realm === null) return;
    this.#abortUnanswered = true;
    this.#realm.note("executor.abort", orders);
  }

  /** Whether the attempt is in this executor. */
  #has(attempt: Attempt): boolean {
    return this.#held.get(attempt.job.id) === attempt;
  }

  /** Queues suspects; each runs with nothing beside it. */
  isolate(suspects: readonly Attempt[]): void {
    this.#suspects.push(...suspects);
    this.#sendSuspect();
  }

  /** Takes those of the suspects that have not been run alone. */
  withdraw(which: (suspect: Attempt) => boolean): Attempt[] {
    const taken = this.#suspects.filter(which);
    if (taken.length > 0) this.#suspects = this.#suspects.filter((suspect) => !which(suspect));
    return taken;
  }

  /** Asks for the attempts that were never started; nothing starts after that. */
  async drain(timeoutMs: number): Promise<Attempt[]> {
    if (this.#realm === null) return [];
    const ids = await this.#realm.call("executor.drain", {}, { timeoutMs });
    const drained = ids.flatMap((id) => this.#held.get(id) ?? []).filter(({ startOrder }) => startOrder === 0);
    for (const { job } of drained) this.#held.delete(job.id);
    return drained;
  }

  /** Takes back what was not begun; it gets nothing more until it is heard of with a free slot. */
  async recall(): Promise<Attempt[]> {
    const realm = this.#realm;
    if (realm === null || !this.ready || this.#stalled) return [];
    [this.#stalled, this.#recalling] = [true, true];
    const recalled = await realm.recall();
    if (this.#realm !== realm) return [];
    this.#recalling = false;
    if (recalled === null) return [];
    const back = [...this.#held.values()].filter(({ startOrder, orderNumber }) =>
      startOrder === 0 && isAfter(orderNumber, recalled.begun)
    );
    for (const { job } of back) this.#held.delete(job.id);
    this.#lanes = Math.min(this.#parts.concurrency, Math.max(1, this.#held.size));
    realm.note("executor.recalled", { recall: recalled.recall });
    return back;
  }

  /** Ends the realm at once; {@linkcode ExecutorDelegate.gone} follows. */
  kill(reason: ExecutorEnd["reason"], overdue: ReadonlySet<Attempt> = new Set()): void {
    const realm = this.#realm;
    if (realm === null || this.#killed !== null) return;
    this.#killed = { reason, overdue };
    realm.kill();
    this.#cancelKill = this.#parts.clock.timer(
      KILL_MS,
      () => this.#end(realm, { clean: false, reason: "killed", detail: "it did not end in time" }),
    );
  }

  /** Ends the realm in good order; nothing may run in it. */
  async stop(graceMs: number): Promise<void> {
    const realm = this.#realm;
    if (realm === null) return;
    this.#killed ??= { reason: "stopped", overdue: new Set() };
    await realm.stop(graceMs);
    this.#end(realm, { clean: true, reason: "stopped", detail: "it was stopped" });
  }

  #begin(realm: Realm): void {
    this.#realm = realm;
    this.#killed = null;
    this.#abortUnanswered = false;
    this.#worked = false;
    this.#sent = 0;
    this.#lanes = this.#parts.concurrency;
    [this.#stalled, this.#recalling] = [false, false];
    this.#heardAt = this.#parts.clock.monotonic();
    realm.exited.then((exit) => this.#end(realm, exit));
    this.#sendSuspect();
  }

  #sendSuspect(): void {
    if (!this.ready || this.#held.size > 0) return;
    let next = this.#suspects.shift();
    while (next?.leaseLost) {
      this.#parts.delegate.ended(next, null, 0);
      next = this.#suspects.shift();
    }
    this.#aloneRuns = next !== undefined;
    if (next !== undefined) this.send([next]);
  }

  #end(realm: Realm, exit: Pick<RealmExit, "clean" | "reason" | "detail">): void {
    if (this.#realm !== realm) return;
    this.#cancelKill?.();
    const attempts = [...this.#held.values()];
    const unstarted = attempts.filter(({ startOrder }) => startOrder === 0);
    const reason = this.#killed?.reason ?? (exit.reason === "memory" ? "memory" : "crashed");
    const overdue = this.#killed?.overdue ?? new Set<Attempt>();
    this.#realm = null;
    this.#held.clear();
    // A suspect that had no chance to start is still one, unless nobody wants it any more.
    const still = this.#aloneRuns ? unstarted.filter(({ abort }) => abort !== "cancelled") : [];
    this.#suspects.unshift(...still);
    this.#aloneRuns = false;
    this.#parts.delegate.gone(this, {
      reason,
      overdue,
      unstarted: unstarted.filter((attempt) => !still.includes(attempt)),
      detail: exit.detail,
      started: attempts.filter(({ startOrder }) => startOrder > 0),
      responsive: this.responsive,
      worked: this.#worked,
    });
  }

  #host(live: () => boolean): RealmHost {
    return {
      call: (method) => Promise.reject(unknownCall(method)),
      note: (method, params) => {
        if (!live()) return;
        if (method === "executor.report") this.#report(params);
        else if (method === "job.progress") this.#progress(params);
        else if (method === "log") this.#logged(params);
      },
      output: () => {},
    };
  }

  /** Foreign code runs beside the one who reports: what does not fit is passed over. */
  #report(params: unknown): void {
    const { started, ended } = (params ?? {}) as { started?: unknown; ended?: unknown };
    this.#heardAt = this.#parts.clock.monotonic();
    this.#abortUnanswered = false;
    if (Array.isArray(ended)) {
      for (const end of ended) if (Array.isArray(end)) this.#endAttempt(end);
    }
    if (Array.isArray(started) && started.length > 0) this.#startAttempts(started);
    if (this.#stalled && !this.#recalling) this.#stalled = this.started().length >= this.#parts.concurrency;
    if (this.alone) this.#sendSuspect();
    this.#parts.delegate.reported(this);
  }

  #endAttempt([id, outcome, durationMs]: unknown[]): void {
    const attempt = this.#held.get(id as string);
    if (attempt === undefined) return;
    this.#held.delete(attempt.job.id);
    if (this.#lanes < this.#parts.concurrency) this.#lanes++;
    this.#parts.delegate.ended(attempt, outcome, typeof durationMs === "number" && durationMs >= 0 ? durationMs : 0);
  }

  #startAttempts(ids: readonly unknown[]): void {
    const attempts: Attempt[] = [];
    for (const id of ids) {
      const attempt = this.#held.get(id as string);
      if (attempt === undefined || attempt.startOrder > 0) continue;
      attempt.start(this.#heardAt, ++this.#starts);
      attempts.push(attempt);
    }
    if (attempts.length === 0) return;
    this.#worked = true;
    this.#parts.delegate.started(attempts);
  }

  #logged(params: unknown): void {
    const { job, level, message } = readLog(params);
    const attempt = job === undefined ? undefined : this.#held.get(job);
    if (attempt !== undefined) this.#parts.delegate.logged(attempt, level, message);
  }

  #progress(params: unknown): void {
    const { id, value, note } = (params ?? {}) as { id?: unknown; value?: unknown; note?: unknown };
    const attempt = this.#held.get(id as string);
    if (attempt === undefined || typeof value !== "number" || Number.isNaN(value)) return;
    this.#parts.delegate.progress(attempt, value, typeof note === "string" ? note : null);
  }
}
