/** Gathers ends of attempts and writes them in batches; keeps every one until the store has taken it. @module */

import {
  type Clock,
  isFinished,
  type QueueBackend,
  type ResultBackend,
  settledRecord,
  type SettleStatus,
  sleep,
} from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { Outage } from "./outage.ts";
import { Refusals, type StorePart } from "./refusals.ts";
import type { Verdict } from "./verdict.ts";

/** An attempt that ended and what follows. */
export interface Ended {
  readonly attempt: Attempt;
  readonly verdict: Verdict;
  readonly durationMs: number;
}

/** What a {@linkcode Settler} works with. */
export interface SettlerParts {
  readonly queue: QueueBackend;
  readonly results: ResultBackend | null;
  readonly clock: Clock;
  readonly outage: Outage;
  readonly batchSize: number;
  /** What must be written before; undefined: nothing. */
  readonly before: () => Promise<void> | undefined;
  /** Told after every write, in order. */
  readonly settled: (ended: readonly Ended[], statuses: readonly SettleStatus[]) => void;
  /** Told of an end that the store refuses for good; it is forgotten here. */
  readonly refused: (ended: Ended, error: unknown) => void;
  /** Told when there may be a reason to {@linkcode Settler.probe}. */
  readonly probing: () => void;
}

/** How long an end waits for company. */
const FLUSH_MS = 2;
/** Ends in one write at most, in batches: after an outage there are many. */
const LARGEST_WRITE = 4;
/** How often one more job is let in, whose end shows whether the store takes anything. */
const PROBE_MS = 5_000;

/** The only place that settles. One write at a time; ends that come meanwhile go into the next one. */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #abandoned = new AbortController();
  readonly #refusals = new Refusals<Ended>();
  /** What is being written to. */
  #asked: StorePart = "queue";
  #probeAt = 0;
  #suspectsTurn = true;
  #ends: Ended[] = [];
  #limit: number;
  #writing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  /** Writes nothing until something ended. */
  constructor(parts: SettlerParts) {
    this.#parts = parts;
    this.#limit = LARGEST_WRITE * parts.batchSize;
  }

  /** How many ends are not written yet. */
  get size(): number {
    return this.#ends.length;
  }

  /** Whether to let in one job while the store fails: every end that waits was refused alone, so it may be those. */
  probe(): boolean {
    const now = this.#parts.clock.monotonic();
    if (this.#refusals.size === 0 || this.#refusals.size < this.#ends.length || now < this.#probeAt) return false;
    this.#probeAt = now + PROBE_MS;
    return true;
  }

  /** The queue has written something else: that it refuses ends may be no outage. */
  queueWorked(): void {
    this.#refusals.worked("queue");
  }

  /** Takes an end; it is written within milliseconds, with others. */
  add(ended: Ended): void {
    this.#ends.push(ended);
    if (this.#writing !== undefined) return;
    const { batchSize } = this.#parts;
    if (this.#ends.length < batchSize) this.#arm();
    // Not at once: the ends of a report come one after the other, and belong into one write.
    else if (this.#ends.length === batchSize) queueMicrotask(() => this.#startWriting());
  }

  /** Writes everything; resolves when all of it is written, or when {@linkcode Settler.abandon} was called. */
  async flush(): Promise<void> {
    while (this.#ends.length > 0 || this.#writing !== undefined) {
      this.#startWriting();
      await this.#writing;
      if (this.#abandoned.signal.aborted) return;
    }
  }

  /** Gives up on a store that fails; what was not written comes back when its leases run out. */
  abandon(): void {
    this.#abandoned.abort();
    this.#disarm();
  }

  #startWriting(): void {
    this.#disarm();
    if (this.#abandoned.signal.aborted || this.#ends.length === 0) return;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#ends.length > 0 && !this.#abandoned.signal.aborted) this.#arm();
    });
  }

  #arm(): void {
    this.#cancelTimer ??= this.#parts.clock.timer(FLUSH_MS, () => this.#startWriting());
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  async #writeAll(): Promise<void> {
    do {
      const batch = this.#nextBatch();
      try {
        await this.#write(batch);
        this.#refusals.clear(batch);
        this.#limit = Math.min(this.#limit * 2, LARGEST_WRITE * this.#parts.batchSize);
      } catch (error) {
        await this.#failed(batch, error);
      }
    } while (this.#mustGoOn());
  }

  /** An end that was refused alone goes alone again, in turns with the others: it must not take them down with it. */
  #nextBatch(): Ended[] {
    if (this.#refusals.size === 0) return this.#ends.splice(0, this.#limit);
    this.#suspectsTurn = !this.#suspectsTurn;
    const others = this.#ends.filter((ended) => !this.#refusals.has(ended));
    const suspect = this.#ends.find((ended) => this.#refusals.has(ended));
    const alone = others.length === 0 || this.#suspectsTurn && suspect !== undefined;
    const batch = alone ? [suspect!] : others.slice(0, this.#limit);
    const taken = new Set(batch);
    this.#ends = this.#ends.filter((ended) => !taken.has(ended));
    return batch;
  }

  async #failed(batch: Ended[], error: unknown): Promise<void> {
    const { clock, outage, refused, probing } = this.#parts;
    if (batch.length === 1 && this.#asked === "results") await this.#askResults(batch[0]!);
    const judgement = batch.length === 1 ? this.#refusals.judge(batch[0]!, this.#asked) : "unknown";
    if (judgement === "hopeless") {
      outage.recovered();
      return refused(batch[0]!, error);
    }
    this.#putBack(batch);
    const pauseMs = outage.failed(error);
    if (judgement === "refused") outage.recovered();
    probing();
    await sleep(clock, pauseMs, this.#abandoned.signal);
  }

  /** Nothing but ends is ever written to results that stand alone, so whether they work has to be asked. */
  async #askResults({ attempt }: Ended): Promise<void> {
    try {
      await this.#parts.results!.getFull(attempt.job.id);
      this.#refusals.worked("results");
    } catch {
      // They fail altogether.
    }
  }

  /** Smaller batches after a failure: one end that the store refuses must not hold back all others. */
  #putBack(batch: Ended[]): void {
    this.#limit = Math.max(1, batch.length >> 1);
    this.#ends = batch.length === 1 ? [...this.#ends, ...batch] : [...batch, ...this.#ends];
  }

  #mustGoOn(): boolean {
    if (this.#abandoned.signal.aborted) return false;
    return this.#ends.length > 0 && (this.#parts.outage.failing || this.#ends.length >= this.#parts.batchSize);
  }

  async #write(batch: readonly Ended[]): Promise<void> {
    const live = batch.filter(({ attempt }) => !attempt.leaseLost);
    const { queue, results, clock, outage, settled, before } = this.#parts;
    const earlier = before();
    if (earlier !== undefined) await earlier;
    if (results !== null) {
      const now = clock.now();
      const finished = live.map(({ attempt, verdict }) => settledRecord(attempt.job, verdict.settlement, now))
        .filter(isFinished);
      if (finished.length > 0) await this.#ask("results", () => results.setMany(finished));
    }
    const settle = () => queue.settle(live.map(({ verdict }) => verdict.settlement));
    const statuses = live.length === 0 ? [] : await this.#ask("queue", settle);
    // Before anyone is told: whoever is woken asks whether the store still fails.
    outage.recovered();
    settled(live, statuses);
  }

  async #ask<T>(part: StorePart, call: () => Promise<T>): Promise<T> {
    this.#asked = part;
    const answer = await call();
    this.#refusals.took(part);
    return answer;
  }
}
