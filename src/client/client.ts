/** The client of one project: enqueues, waits, looks up. @module */

import {
  type Clock,
  type EnqueueOrder,
  type EnqueueReceipt,
  type EventBus,
  type FinishedJob,
  isFinished,
  type JobRecord,
  type QueueBackend,
  type QueueCapability,
  type QueueStats,
  type ResultBackend,
  type ResultQuery,
  sleep,
  type WaitAnswer,
} from "../core/mod.ts";
import { type JobDefaults, newJobs } from "./new_job.ts";
import { Operations } from "./operations.ts";

/** What a client is made of. */
export interface ClientParts {
  readonly queue: QueueBackend;
  readonly results: ResultBackend;
  readonly defaults: JobDefaults;
  readonly clock: Clock;
  readonly bus: EventBus;
}

/** Which finished jobs `history` answers; without `states`: all, the latest finished first. */
export type HistoryQuery = ResultQuery;

/** Pauses between two looks at a job that someone waits for, in milliseconds: the first and the longest. */
const PAUSES = { first: 5, longest: 250 } as const;

/** Talks to the backends of a project. Holds nothing open of its own. */
export class Client {
  /** What an operator does: pause, cancel, retry, clear, prune. */
  readonly operations: Operations;
  readonly #parts: ClientParts;

  /** Use `engine.client()`. */
  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.operations = new Operations(parts);
  }

  /** What the queue backend promises. */
  get capabilities(): ReadonlySet<QueueCapability> {
    return this.#parts.queue.capabilities;
  }

  /**
   * Adds jobs in order; where the queue can, all or none of them.
   * @throws {NuvomError} `NUVOM_ORDER_INVALID`, `NUVOM_TASK_OPTIONS`, the queue's own errors. Nothing was added then,
   * unless the queue has no `atomic_batch`.
   */
  async enqueue(orders: readonly EnqueueOrder[]): Promise<EnqueueReceipt[]> {
    const { queue, bus, defaults } = this.#parts;
    const jobs = newJobs(orders, defaults);
    if (jobs.length === 0) return [];
    const receipts = await queue.enqueue(jobs);
    if (bus.has("jobs.enqueued")) {
      const added = jobs.filter((_, index) => !receipts[index]!.duplicate);
      bus.emit("jobs.enqueued", { jobs: added.map(({ id, task, queue }) => ({ id, task, queue })) });
    }
    return receipts;
  }

  /** The end of a job; null when the time (milliseconds) is over first, or the signal is aborted. */
  async wait(id: string, timeoutMs: number, signal?: AbortSignal): Promise<WaitAnswer | null> {
    const { clock, bus } = this.#parts;
    const until = clock.monotonic() + timeoutMs;
    let ended = new AbortController();
    // The end of an attempt in this process wakes at once, also between two looks.
    const stop = bus.on("attempts.ended", ({ ends }) => {
      if (ends.some(({ job }) => job.id === id)) ended.abort();
    });
    const wake = () => ended.abort();
    signal?.addEventListener("abort", wake);
    try {
      for (let pause: number = PAUSES.first;; pause = Math.min(pause * 2, PAUSES.longest)) {
        ended = new AbortController();
        // Also of the queue: it ends jobs by itself that were cancelled or lost too often.
        const job = await this.status(id);
        if (job !== null && isFinished(job)) return { state: job.state, result: job.result, error: job.error };
        const left = until - clock.monotonic();
        if (left <= 0 || signal?.aborted) return null;
        await sleep(clock, Math.min(pause, left), ended.signal);
      }
    } finally {
      stop();
      signal?.removeEventListener("abort", wake);
    }
  }

  /** A job in any state; null when neither queue nor results know it. */
  async status(id: string): Promise<JobRecord | null> {
    const [record = null] = await this.#parts.queue.inspect([id]);
    if (record !== null && isFinished(record)) return record;
    const finished = await this.#finished(id);
    return finished === null || (record !== null && runsAgain(record, finished)) ? record : finished;
  }

  /** Finished jobs, the latest first. */
  history(query: HistoryQuery): Promise<FinishedJob[]> {
    return this.#parts.results.listJobs(query);
  }

  /** Counts by state, a row a queue. */
  stats(): Promise<QueueStats[]> {
    return this.#parts.queue.stats();
  }

  #finished(id: string): Promise<FinishedJob | null> {
    return this.#parts.results.getFull(id);
  }
}

/**
 * Results with a store of their own are written before the settle: what they hold is newer, unless the job was made ready
 * again since.
 */
function runsAgain(record: JobRecord, finished: FinishedJob): boolean {
  return record.attempts > finished.attempts || (record.attempts === finished.attempts && record.state !== "RUNNING");
}
