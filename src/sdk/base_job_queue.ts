/** The base class of the simplest queue backend. @module */

import type { BackendOptions, BasicQueue, JobRecord, QueueCapability } from "../core/mod.ts";

/**
 * A queue with only five methods. nuvom adds what it lacks (leases, retries, backoff) in memory, and
 * `nuvom plugin test` lists the promises that it then does not make.
 *
 * @example
 * ```ts
 * import { BaseJobQueue, type JobRecord } from "nuvom";
 *
 * export class ListQueue extends BaseJobQueue {
 *   #jobs: JobRecord[] = [];
 *   enqueue(job: JobRecord) { this.#jobs.push(job); }
 *   dequeue() { return this.#jobs.shift() ?? null; }
 *   popBatch(size: number) { return this.#jobs.splice(0, size); }
 *   qsize() { return this.#jobs.length; }
 *   clear() { this.#jobs = []; }
 * }
 * ```
 */
export abstract class BaseJobQueue implements BasicQueue {
  /** What the queue keeps of itself: for example `durable`, `shared`, `fifo`, `namespace`. @default nothing */
  readonly capabilities: readonly QueueCapability[] = [];
  /** What the factory was told. */
  protected readonly options: BackendOptions;

  /** Called by nuvom, once for each namespace. @param options Given by nuvom; tests may leave them out. */
  constructor(options: BackendOptions = { namespace: "", settings: {} }) {
    this.options = options;
  }

  /** Adds a job at the end. */
  abstract enqueue(job: JobRecord): void | Promise<void>;
  /** The next job, or null after at most `timeoutMs` milliseconds without one. */
  abstract dequeue(timeoutMs: number): JobRecord | null | undefined | Promise<JobRecord | null | undefined>;
  /** At most `size` jobs, without waiting. */
  abstract popBatch(size: number): JobRecord[] | Promise<JobRecord[]>;
  /** How many jobs wait. */
  abstract qsize(): number | Promise<number>;
  /** Removes all jobs that wait; may answer how many. */
  abstract clear(): number | void | Promise<number | void>;
}
