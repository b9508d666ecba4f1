/** What an operator does with the jobs of a project. @module */

import type {
  CancelStatus,
  FinishedJob,
  JobTrace,
  PruneRequest,
  QueueBackend,
  QueueCapability,
  ResultBackend,
  ResultQuery,
  RetryStatus,
} from "../core/mod.ts";
import { unsupported } from "./errors.ts";

/** Which failed jobs are run again. */
export type RedriveQuery = Pick<ResultQuery, "task" | "queue" | "since"> & {
  /** At most so many, the latest first. @default all */
  readonly limit?: number;
};

/** What became of many. */
export type RedriveReport = Readonly<Record<RetryStatus, number>>;

/** So many failed jobs are read and run again at a time. */
const PAGE = 500;
/** So many finished jobs are forgotten at a time. */
const PRUNED_AT_ONCE = 5_000;

/**
 * Commands for a queue and its results. What a backend does not promise rejects with `NUVOM_QUEUE_UNSUPPORTED`, and
 * nothing was changed then.
 */
export class Operations {
  readonly #queue: QueueBackend;
  readonly #results: ResultBackend;

  /** Use `client.operations`. */
  constructor({ queue, results }: { readonly queue: QueueBackend; readonly results: ResultBackend }) {
    this.#queue = queue;
    this.#results = results;
  }

  /** Ends jobs that wait, and asks the workers of running ones to abort them; one answer for each id, in order. */
  async cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    this.#require("cancel", "cancels no jobs");
    return await this.#queue.cancel(ids);
  }

  /** Makes failed and cancelled jobs ready again; one answer for each id, in order. */
  async retry(ids: readonly string[]): Promise<RetryStatus[]> {
    this.#require("retry", "runs no finished job again");
    return await this.#queue.retry!(ids);
  }

  /** Makes all failed jobs ready again that the query names, the latest first; those that fail meanwhile are left alone. */
  async redrive({ limit = Infinity, ...query }: RedriveQuery): Promise<RedriveReport> {
    const report = { retried: 0, waiting: 0, succeeded: 0, duplicate: 0, unknown: 0 };
    let last: FinishedJob | undefined;
    for (let left = limit; left > 0;) {
      const after = last === undefined ? {} : { after: { id: last.id, finishedAt: last.finishedAt } };
      const page = await this.#results.listJobs({
        ...query,
        ...after,
        states: ["FAILED"],
        limit: Math.min(PAGE, left),
      });
      if (page.length === 0) break;
      const statuses = await this.retry(page.map(({ id }) => id));
      for (const status of statuses) report[status]++;
      last = page.at(-1)!;
      left -= statuses.filter((status) => status === "retried").length;
    }
    return report;
  }

  /** Nothing of the queue is leased until {@linkcode Operations.resume}; what runs goes on. */
  async pause(queue: string): Promise<void> {
    this.#require("pause", "can't be paused");
    await this.#queue.pause(queue);
  }

  /** The end of a pause. */
  async resume(queue: string): Promise<void> {
    this.#require("pause", "can't be paused");
    await this.#queue.resume(queue);
  }

  /** How many jobs wait, of one queue or of all. */
  qsize(queue?: string): Promise<number> {
    return this.#queue.qsize(queue);
  }

  /** Removes jobs that wait, and never those that run; answers how many. */
  clear(queue?: string): Promise<number> {
    return this.#queue.clear(queue);
  }

  /** What a job told of itself; null when it told nothing, or when the queue keeps no such thing. */
  async trace(id: string): Promise<JobTrace | null> {
    if (!this.#queue.capabilities.has("report")) return null;
    return (await this.#queue.traces!([id]))[0] ?? null;
  }

  /** Forgets finished jobs, in the queue and in the results; answers how many. */
  async prune(request: Omit<PruneRequest, "limit">): Promise<number> {
    const prunes = pruners(this.#queue, this.#results);
    if (prunes.length === 0) this.#require("prune", "forgets no finished jobs");
    let most = 0;
    for (const prune of prunes) {
      let pruned = 0;
      for (let step = PRUNED_AT_ONCE; step === PRUNED_AT_ONCE; pruned += step) {
        step = await prune({ ...request, limit: PRUNED_AT_ONCE });
      }
      most = Math.max(most, pruned);
    }
    return most;
  }

  #require(capability: QueueCapability, lacks: string): void {
    if (!this.#queue.capabilities.has(capability)) throw unsupported(capability, lacks);
  }
}

/** Stores that can be pruned: one where queue and results share it. */
function pruners(queue: QueueBackend, results: ResultBackend): ((request: PruneRequest) => Promise<number>)[] {
  const ofQueue = queue.capabilities.has("prune") ? [(request: PruneRequest) => queue.prune!(request)] : [];
  if (ofQueue.length > 0 && queue.store !== undefined && queue.store === results.store) return ofQueue;
  return results.prune === undefined ? ofQueue : [...ofQueue, (request) => results.prune!(request)];
}
