/** Everything that this worker holds a lease on, from the lease to the settlement. @module */

import type { AttemptEnd, BackoffPolicy, Clock, EventBus, LeasedJob, Outcome, SettleStatus } from "../core/mod.ts";
import { Attempt } from "./attempt.ts";
import { endRefused, jobLost } from "./errors.ts";
import type { Ended } from "./settler.ts";
import { released, snoozed, type Verdict, verdictOf } from "./verdict.ts";

/** A job that comes back to the worker which still runs an older attempt of it is put off for so long. */
const STILL_RUNNING_MS = 1_000;
/** Losses are remembered for so many jobs; those of stores that keep errors are in the store anyway. */
const MAX_REMEMBERED = 10_000;

/** What a {@linkcode Ledger} works with. */
export interface LedgerParts {
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly random: () => number;
  /** Where ends go. */
  readonly settle: (ended: Ended) => void;
  /** Of a task, as the executors tell it. */
  readonly backoff: (task: string) => BackoffPolicy | undefined;
}

/** Leased jobs by id. */
export class Ledger {
  readonly #parts: LedgerParts;
  readonly #held = new Map<string, Attempt>();
  /** Attempts whose lease was lost while their handlers run. */
  readonly #orphans = new Set<string>();
  readonly #losses = new Map<string, number>();
  #completed = 0;
  #released = 0;

  /** Holds nothing yet. */
  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** Jobs leased and not settled. */
  get size(): number {
    return this.#held.size;
  }

  /** Attempts settled other than by a release. */
  get completed(): number {
    return this.#completed;
  }

  /** Jobs given back. */
  get released(): number {
    return this.#released;
  }

  /** The attempts that hold some of these jobs. */
  findAll(jobs: readonly LeasedJob[]): Attempt[] {
    const found: Attempt[] = [];
    for (const { id } of jobs) {
      const attempt = this.#held.get(id);
      if (attempt !== undefined) found.push(attempt);
    }
    return found;
  }

  /** Whether the attempt still holds its lease, as far as is known. */
  holds(attempt: Attempt): boolean {
    return this.#held.get(attempt.job.id) === attempt;
  }

  /** Takes leased jobs; answers the attempts that may run. */
  take(jobs: readonly LeasedJob[]): Attempt[] {
    const now = this.#parts.clock.monotonic();
    const taken: Attempt[] = [];
    for (const job of jobs) {
      const attempt = new Attempt(job, now);
      this.#held.set(job.id, attempt);
      if (this.#orphans.has(job.id)) {
        this.#close(attempt, snoozed(job, lostOutcome(attempt, "it still runs"), STILL_RUNNING_MS));
      } else taken.push(attempt);
    }
    return taken;
  }

  /** Ends an attempt with an outcome. */
  finish(attempt: Attempt, outcome: Outcome, reportedMs?: number): void {
    const ranMs = attempt.startOrder === 0 ? undefined : reportedMs ?? this.#ranMs(attempt);
    const losses = outcome.kind === "lost" ? this.#countLoss(attempt.job) : 0;
    const { clock, random } = this.#parts;
    const backoff = outcome.kind === "success" ? undefined : this.#parts.backoff(attempt.job.task);
    this.#close(
      attempt,
      verdictOf(attempt.job, outcome, { now: clock.now(), losses, random, backoff, ranMs }),
      reportedMs,
    );
  }

  /** Gives a job back at no cost. */
  release(attempt: Attempt, why: string): void {
    this.#close(attempt, released(attempt.job, lostOutcome(attempt, why)));
  }

  /** The lease is gone: the attempt is not ours any more, its handler may still run. */
  lose(attempt: Attempt): void {
    attempt.leaseLost = true;
    this.#held.delete(attempt.job.id);
    if (!attempt.ended) this.#orphans.add(attempt.job.id);
  }

  /** A lost attempt has ended, or will never start. */
  forget(attempt: Attempt): void {
    this.#orphans.delete(attempt.job.id);
  }

  /** Attempts whose leases were last renewed before `time`. */
  renewable(time: number): Attempt[] {
    return [...this.#held.values()].filter(({ renewedAt }) => renewedAt <= time);
  }

  /** Strikes settled jobs off and tells the bus. */
  settled(ended: readonly Ended[], statuses: readonly SettleStatus[]): void {
    const stale: string[] = [];
    for (let i = 0; i < ended.length; i++) {
      const { attempt, verdict } = ended[i]!;
      // The store may have given the job out again before this was heard.
      if (this.holds(attempt)) this.#held.delete(attempt.job.id);
      if (statuses[i] === "stale") stale.push(attempt.job.id);
      if (verdict.next === "released") this.#released++;
      else this.#completed++;
      if (verdict.next !== "retry") this.#losses.delete(attempt.job.id);
    }
    if (stale.length > 0) this.#parts.bus.emit("leases.lost", { ids: stale });
    if (this.#parts.bus.has("attempts.ended")) this.#publish(ended, statuses);
  }

  /** The store refuses this end for good: the lease runs out, and the job comes back. */
  abandon({ attempt, verdict }: Ended, error: unknown): void {
    const { job } = attempt;
    if (this.holds(attempt)) this.#held.delete(job.id);
    const { code, message } = endRefused(job, verdict.settlement.action, error);
    this.#parts.bus.emit("log", { level: "error", category: "worker", message, fields: { code, id: job.id } });
  }

  #publish(ended: readonly Ended[], statuses: readonly SettleStatus[]): void {
    const ends: AttemptEnd[] = [];
    for (let i = 0; i < ended.length; i++) {
      const { attempt, verdict, durationMs } = ended[i]!;
      // What was never announced as started needs no end.
      if (verdict.next === "released" && attempt.startOrder === 0) continue;
      const { outcome, delayMs } = verdict;
      const next = statuses[i] === "stale" ? "stale" : verdict.next;
      const end = { job: attempt.job, outcome, next, durationMs };
      ends.push(delayMs === undefined ? end : { ...end, delayMs });
    }
    if (ends.length > 0) this.#parts.bus.emit("attempts.ended", { ends });
  }

  #close(attempt: Attempt, verdict: Verdict, durationMs?: number): void {
    attempt.ended = true;
    this.#parts.settle({ attempt, verdict, durationMs: durationMs ?? this.#ranMs(attempt) });
  }

  #ranMs(attempt: Attempt): number {
    return attempt.startOrder > 0 ? this.#parts.clock.monotonic() - attempt.startedAt : 0;
  }

  /** What the store remembers is shared by all workers; the map serves stores that keep no errors. */
  #countLoss(job: LeasedJob): number {
    const stored = job.errors.filter(({ outcome }) => outcome === "lost").length;
    const losses = 1 + Math.max(stored, this.#losses.get(job.id) ?? 0);
    if (this.#losses.size >= MAX_REMEMBERED) this.#losses.delete(this.#losses.keys().next().value!);
    this.#losses.set(job.id, losses);
    return losses;
  }
}

/** The outcome of an attempt whose executor ended, or never ran it. */
export function lostOutcome(attempt: Attempt, why: string): Outcome {
  return { kind: "lost", error: jobLost(attempt.job, why) };
}
