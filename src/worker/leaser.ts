/** The loop that leases jobs whenever there is room for them. @module */

import { type Clock, type LeasedJob, type QueueBackend, sleep } from "../core/mod.ts";
import type { Outage } from "./outage.ts";

/** What a {@linkcode Leaser} works with. */
export interface LeaserParts {
  readonly queue: QueueBackend;
  readonly clock: Clock;
  readonly outage: Outage;
  readonly request: {
    readonly leaseMs: number;
    readonly queues: readonly string[] | null;
    readonly weights?: readonly number[];
    readonly waitMs: number;
    readonly workerId: string;
  };
  /** How many jobs to lease now; 0 waits for {@linkcode Leaser.wake}. */
  readonly room: () => number;
  readonly take: (jobs: LeasedJob[]) => void;
}

/** A backend that answers "nothing" sooner than this did not wait. */
const TOO_SOON_MS = 20;
/** The pause after such an answer grows from the first to the second. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/** Leases until it is stopped. */
export class Leaser {
  readonly #parts: LeaserParts;
  readonly #stopped = new AbortController();
  #wake = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #pauseMs = 0;
  #answered: Promise<void> = Promise.resolve();

  /** Leases nothing until `start`. */
  constructor(parts: LeaserParts) {
    this.#parts = parts;
  }

  /** Resolves when the lease that is under way has been answered and its jobs were taken. */
  get answered(): Promise<void> {
    return this.#answered;
  }

  /** Starts the loop. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be room. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Leases nothing more; resolves when the last lease has been answered (and its jobs were taken). */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#wake = Promise.withResolvers();
      const limit = this.#parts.room();
      if (limit > 0) await (this.#answered = this.#lease(limit));
      else await this.#wake.promise;
    }
  }

  async #lease(limit: number): Promise<void> {
    const { queue, clock, outage, request, take } = this.#parts;
    const { signal } = this.#stopped;
    const askedAt = clock.monotonic();
    try {
      const jobs = await queue.lease({ ...request, limit, signal });
      outage.recovered();
      if (jobs.length > 0) take(jobs);
      await this.#pause(jobs.length > 0 || clock.monotonic() - askedAt >= TOO_SOON_MS);
    } catch (error) {
      await sleep(clock, outage.failed(error), signal);
    }
  }

  /** Keeps a backend that can't wait from being asked without end. */
  async #pause(good: boolean): Promise<void> {
    if (good) {
      this.#pauseMs = 0;
      return;
    }
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
    await sleep(this.#parts.clock, this.#pauseMs, this.#stopped.signal);
  }
}
