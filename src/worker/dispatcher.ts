/** Shares leased jobs out among the executors and turns what becomes of them into settlements. @module */

import { type LeasedJob, type Outcome, sleep } from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";
import { Backoffs } from "./backoffs.ts";
import { blame } from "./blame.ts";
import type { Executor, ExecutorDelegate, ExecutorGone } from "./executor.ts";
import { Executors } from "./executors.ts";
import { JobReports } from "./job_reports.ts";
import { Ledger, lostOutcome } from "./ledger.ts";
import type { WorkerParts } from "./options.ts";
import { Outage } from "./outage.ts";
import { Overtime } from "./overtime.ts";
import { Prefetch } from "./prefetch.ts";
import { countedOutcome } from "./reported.ts";
import { Settler } from "./settler.ts";

/** How long an executor may take to answer what it has not started. */
const DRAIN_MS = 1_000;
/** Ends that wait for the store, in batches, before no more jobs are leased. */
const LARGEST_BACKLOG = 8;
/** Jobs in an executor at most, in batches, while jobs are quick. */
const AHEAD = 4;
/** Why jobs go back when the worker stops. */
const STOPPING = "the worker stops";

/** Everything between lease and settlement. */
export class Dispatcher {
  readonly #parts: WorkerParts;
  readonly #ledger: Ledger;
  readonly #settler: Settler;
  readonly #settleOutage: Outage;
  readonly #executors: Executors;
  readonly #backoffs = new Backoffs();
  readonly #reports: JobReports;
  readonly #prefetch: Prefetch;
  readonly #overtime: Overtime;
  readonly #roomier: () => void;
  /** Leased, and not in an executor: there was no room. */
  #waiting: Attempt[] = [];
  #accepting = true;
  #suspicions = 0;
  #moved = Promise.withResolvers<void>();

  /** @param roomier Told when there may be room for more jobs. */
  constructor(parts: WorkerParts, roomier: () => void) {
    const { queue, results, bus, clock, options } = parts;
    const { concurrency, batchSize, random = Math.random } = options;
    this.#parts = parts;
    this.#roomier = roomier;
    this.#settleOutage = new Outage(bus, random);
    this.#ledger = new Ledger({
      bus,
      clock,
      random,
      settle: (ended) => this.#settler.add(ended),
      backoff: (task) => this.#backoffs.of(task),
    });
    this.#reports = new JobReports({ queue, clock, bus });
    this.#settler = new Settler({
      before: () => this.#reports.settling(),
      queue,
      results,
      clock,
      batchSize,
      outage: this.#settleOutage,
      settled: (ended, statuses) => {
        this.#ledger.settled(ended, statuses);
        this.#move();
      },
      refused: (ended, error) => {
        this.#ledger.abandon(ended, error);
        this.#move();
      },
      probing: () => this.#refill(),
    });
    this.#prefetch = new Prefetch(concurrency, AHEAD * Math.max(concurrency, batchSize));
    this.#executors = new Executors({
      count: options.executors,
      concurrency,
      clock,
      bus,
      random,
      prefetch: this.#prefetch,
      loadTimeoutMs: options.loadTimeoutMs ?? 30_000,
      open: parts.openExecutor,
      entries: parts.entries,
      delegate: this.#delegate(),
      loaded: (tasks) => this.#backoffs.learn(tasks),
      opened: () => {
        // It may have been sent a suspect at once.
        if (this.busy) this.#overtime.watch();
        this.#refill();
      },
      failed: (forSuspects) => this.#giveBack(forSuspects),
    });
    this.#overtime = new Overtime({
      clock,
      bus,
      graceMs: options.timeoutGraceMs,
      executors: this.#executors.all,
      holdsUp: (executor) => void this.#recall(executor),
    });
  }

  /** Everything leased and not settled. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** What jobs run in. */
  get executors(): Executors {
    return this.#executors;
  }

  /** Where ends go. */
  get settler(): Settler {
    return this.#settler;
  }

  /** Resolves when something has ended or was settled, and at the end of all. */
  get moved(): Promise<void> {
    return this.#moved.promise;
  }

  /** Whether an executor has anything to run. */
  get busy(): boolean {
    return this.#executors.all.some(({ load }) => load > 0);
  }

  /** How many jobs to lease now. */
  room(): number {
    const { batchSize } = this.#parts.options;
    if (this.#settler.size >= LARGEST_BACKLOG * batchSize) return 0;
    if (this.#settleOutage.failing) return this.#executors.room > 0 && this.#settler.probe() ? 1 : 0;
    const room = Math.min(this.#executors.room - this.#waiting.length, batchSize);
    // Many small leases cost more than one large one, so it waits until there is room for a whole one or half the pipe.
    const enough = Math.min(batchSize, this.#executors.capacity / 2);
    return this.#executors.hungry || room >= enough ? Math.max(0, room) : 0;
  }

  /** Takes leased jobs; gives them back when the worker stops. */
  take(jobs: readonly LeasedJob[]): void {
    this.#settler.queueWorked();
    // The queue has given these out again, so their older leases are over.
    this.#lose(this.#ledger.findAll(jobs).filter(({ ended }) => !ended));
    const attempts = this.#ledger.take(jobs);
    if (this.#accepting) this.#assign(attempts);
    else this.#release(attempts, STOPPING);
  }

  /** What the queue says of leases: whose is lost, who must stop. */
  renewed(lost: readonly Attempt[], cancelled: readonly Attempt[]): void {
    // Without leases a renewal asks the store nothing.
    if (this.#parts.queue.capabilities.has("lease")) this.#settler.queueWorked();
    if (lost.length === 0 && cancelled.length === 0) return;
    this.#lose(lost.filter((attempt) => this.#ledger.holds(attempt)));
    this.#cancel(cancelled.filter((attempt) => this.#ledger.holds(attempt) && !attempt.ended));
    this.#move();
  }

  /** Starts nothing more, and gives back at once what was not started. */
  async drain(): Promise<void> {
    this.#accepting = false;
    this.#executors.close();
    this.#release(this.#waiting.splice(0), STOPPING);
    this.#release(this.#withdraw(() => true), STOPPING);
    await Promise.all(this.#executors.all.map((executor) => this.#drain(executor)));
  }

  /** Aborts what runs, because the worker stops. */
  abortAll(): void {
    for (const executor of this.#executors.all) executor.abort(executor.started(), "shutdown");
  }

  /** Ends the executors at once; what they have comes back. */
  killAll(): void {
    this.#accepting = false;
    this.#executors.close();
    for (const executor of this.#executors.all) executor.kill("stopped");
  }

  /** Waits at most `ms` milliseconds until no executor has anything; answers whether that is so. */
  async quiet(ms: number, signal?: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const signals = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
    let late = false;
    const time = sleep(this.#parts.clock, ms, signals).then(() => late = true);
    while (!late && this.busy) await Promise.race([time, this.moved]);
    over.abort();
    return !this.busy;
  }

  /** The end: no timer is left. */
  close(): void {
    this.#accepting = false;
    this.#executors.close();
    this.#overtime.stop();
    this.#settler.abandon();
    this.#reports.stop();
    this.#moved.resolve();
  }

  /** What no executor can be started for, other workers may run. */
  #giveBack(forSuspects: boolean): void {
    if (forSuspects) return this.#release(this.#withdraw(() => true), "no executor can be started for it alone");
    if (this.#executors.ready > 0) return;
    this.#release([...this.#waiting.splice(0), ...this.#withdraw(() => true)], "no executor can be started");
  }

  #assign(attempts: readonly Attempt[]): void {
    this.#waiting = this.#executors.assign(this.#waiting.length === 0 ? attempts : [...this.#waiting, ...attempts]);
    this.#overtime.watch();
  }

  #refill(): void {
    if (!this.#accepting) return;
    if (this.#waiting.length > 0) this.#assign([]);
    this.#roomier();
  }

  /** Something has ended: wakes whoever waits for room or for quiet. */
  #move(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
    this.#refill();
  }

  #delegate(): ExecutorDelegate {
    const { bus } = this.#parts;
    return {
      started: (attempts) => {
        this.#overtime.watch();
        if (!bus.has("attempts.started")) return;
        const waitedMs = attempts.map((attempt) => attempt.waitedMs);
        bus.emit("attempts.started", { jobs: attempts.map(({ job }) => job), waitedMs });
      },
      ended: (attempt, reported, durationMs) => this.#ended(attempt, reported, durationMs),
      reported: (executor) => {
        this.#executors.reported(executor);
        this.#move();
      },
      progress: (attempt, value, note) => this.#progress(attempt, value, note),
      logged: (attempt, level, message) => this.#reports.log(attempt, level, message),
      gone: (executor, end) => this.#gone(executor, end),
    };
  }

  #ended(attempt: Attempt, reported: unknown, durationMs: number): void {
    if (attempt.startOrder > 0) this.#prefetch.observe(durationMs);
    if (attempt.leaseLost) return this.#ledger.forget(attempt);
    const outcome = countedOutcome(attempt, reported, this.#parts);
    if (outcome === null) this.#ledger.release(attempt, STOPPING);
    else this.#ledger.finish(attempt, outcome, durationMs);
  }

  #progress(attempt: Attempt, value: number, note: string | null): void {
    this.#reports.progress(attempt, value, note);
    const { job } = attempt;
    const message = `${Math.round(value * 100)} %${note === null ? "" : `: ${note}`}`;
    this.#parts.bus.emit("log", { level: "debug", category: `task.${job.task}`, message, fields: { job: job.id } });
  }

  #gone(executor: Executor, end: ExecutorGone): void {
    const { reason, detail } = end;
    const jobs = end.started.map(({ job }) => job);
    const unstarted = end.unstarted.map(({ job }) => job);
    this.#parts.bus.emit("executor.ended", { executor: executor.name, reason, detail, jobs, unstarted });
    for (const attempt of end.started) if (attempt.leaseLost) this.#ledger.forget(attempt);
    const { guilty, suspects, innocent } = blame(end);
    for (const attempt of guilty.filter(isLive)) this.#ledger.finish(attempt, endedOutcome(attempt, detail));
    this.#release(innocent.filter(isLive), `its executor was ended (${reason})`);
    // One that was killed because it did not heed its cancel proves nothing.
    this.#clearBeside(guilty.filter(({ abort }) => abort !== "cancelled"));
    this.#rerun(suspects.filter(isLive), this.#wanted(end.unstarted));
    this.#executors.replace(executor, end);
    this.#move();
  }

  #rerun(suspects: Attempt[], unstarted: Attempt[]): void {
    // One that was alone and had no chance to start is a suspect still.
    if (!this.#accepting) return this.#release([...this.#withdraw(() => true), ...suspects, ...unstarted], STOPPING);
    this.#suspicions++;
    for (const attempt of suspects) {
      attempt.rewind();
      attempt.suspicion = this.#suspicions;
    }
    this.#executors.isolate(suspects);
    this.#assign(unstarted);
  }

  /** Who was suspected together with a guilty one is not any more. */
  #clearBeside(guilty: readonly Attempt[]): void {
    const found = new Set(guilty.map(({ suspicion }) => suspicion).filter((suspicion) => suspicion > 0));
    if (found.size === 0) return;
    const cleared = this.#withdraw(({ suspicion }) => found.has(suspicion));
    for (const attempt of cleared) attempt.suspicion = 0;
    this.#waiting.unshift(...cleared);
  }

  /** Takes suspects back, without those whose lease was lost meanwhile. */
  #withdraw(which: (suspect: Attempt) => boolean): Attempt[] {
    const taken = this.#executors.withdraw(which);
    for (const attempt of taken) if (attempt.leaseLost) this.#ledger.forget(attempt);
    return taken.filter(isLive);
  }

  #release(attempts: readonly Attempt[], why: string): void {
    for (const attempt of attempts) this.#ledger.release(attempt, why);
  }

  #lose(attempts: readonly Attempt[]): void {
    if (attempts.length === 0) return;
    for (const attempt of attempts) this.#ledger.lose(attempt);
    this.#parts.bus.emit("leases.lost", { ids: attempts.map(({ job }) => job.id) });
    for (const executor of this.#executors.all) executor.abort(attempts, "lease lost");
    const lost = new Set(attempts);
    const suspects = this.#executors.withdraw((suspect) => lost.has(suspect));
    for (const attempt of [...this.#waiting, ...suspects]) if (attempt.leaseLost) this.#ledger.forget(attempt);
    this.#waiting = this.#waiting.filter(isLive);
  }

  #cancel(attempts: readonly Attempt[]): void {
    if (attempts.length === 0) return;
    const asked = new Set(attempts);
    for (const executor of this.#executors.all) executor.abort(attempts, "cancelled");
    const suspects = this.#executors.withdraw((suspect) => asked.has(suspect));
    const unsent = [...this.#waiting.filter((attempt) => asked.has(attempt)), ...suspects];
    this.#waiting = this.#waiting.filter((attempt) => !asked.has(attempt));
    for (const attempt of unsent) {
      attempt.stop("cancelled", this.#parts.clock.monotonic());
      this.#ledger.finish(attempt, endedOutcome(attempt, "it was cancelled"));
    }
  }

  /** Of attempts that were not begun, those that are still to be run; the others end here. */
  #wanted(attempts: readonly Attempt[]): Attempt[] {
    for (const attempt of attempts) {
      if (attempt.leaseLost) this.#ledger.forget(attempt);
      else if (attempt.abort === "cancelled") this.#ledger.finish(attempt, endedOutcome(attempt, "it was not begun"));
    }
    return attempts.filter(({ abort, leaseLost }) => !leaseLost && abort !== "cancelled");
  }

  /** Moves on what waits in an executor: to another one, else back to the queue, for other workers. */
  async #recall(executor: Executor): Promise<void> {
    const live = this.#wanted(await executor.recall());
    if (this.#accepting) this.#release(this.#executors.assign(live), "its executor did not begin it");
    else this.#release(live, STOPPING);
  }

  async #drain(executor: Executor): Promise<void> {
    try {
      this.#release(await executor.drain(DRAIN_MS), STOPPING);
    } catch {
      // Its loop is blocked or it is ending: what it holds comes back with its end.
    }
  }
}

/** The outcome of an attempt that its executor can't report. */
function endedOutcome(attempt: Attempt, detail: string): Outcome {
  const lost = lostOutcome(attempt, detail);
  return attempt.abort === null ? lost : countedOutcome(attempt, lost) ?? lost;
}

function isLive({ leaseLost }: Attempt): boolean {
  return !leaseLost;
}
