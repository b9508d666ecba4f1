/** The file queue: durable, shared by the processes of one machine, a file a job. @module */

import {
  type CancelStatus,
  type EnqueueReceipt,
  type JobRecord,
  type JobReport,
  type JobTrace,
  type LeasedJob,
  type LeaseRef,
  type LeaseRequest,
  type NewJob,
  type PruneRequest,
  QUEUE_CAPABILITIES,
  type QueueBackend,
  type QueueCapability,
  type QueueStats,
  type RenewReport,
  type RetryStatus,
  type Settlement,
  type SettleStatus,
} from "../../core/mod.ts";
import { leaseOrWait } from "../lease_or_wait.ts";
import { MemoryQueue } from "../memory/queue.ts";
import type { FileStore } from "./store.ts";

/** Everything that the contract knows, by the rules of the memory queue. */
export class FileQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set(QUEUE_CAPABILITIES);
  readonly store: string;
  readonly #store: FileStore;
  readonly #closing = new AbortController();

  /** @param store Shared with the results; closed by its owner. */
  constructor(store: FileStore) {
    this.#store = store;
    this.store = store.name;
  }

  enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    return this.#do((queue) => queue.enqueue(jobs));
  }

  lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const { clock, wake } = this.#store;
    return leaseOrWait(request, {
      clock,
      wake,
      closing: this.#closing.signal,
      take: async () => {
        const jobs = await this.#do((queue) => queue.lease({ ...request, waitMs: 0 }));
        return { jobs, nextDue: this.#store.nextDue() };
      },
      watch: () => this.#store.watch(),
    });
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    return this.#do((queue) => queue.renew(leases, leaseMs));
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    return this.#do((queue) => queue.settle(settlements));
  }

  qsize(queue?: string): Promise<number> {
    return this.#do((inner) => inner.qsize(queue));
  }

  clear(queue?: string): Promise<number> {
    return this.#do((inner) => inner.clear(queue));
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    return this.#do((queue) => queue.inspect(ids));
  }

  stats(): Promise<QueueStats[]> {
    return this.#do((queue) => queue.stats());
  }

  busy(queues: readonly string[] | null): Promise<boolean> {
    return this.#do((queue) => queue.busy(queues));
  }

  cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    return this.#do((queue) => queue.cancel(ids));
  }

  retry(ids: readonly string[]): Promise<RetryStatus[]> {
    return this.#do((queue) => queue.retry(ids));
  }

  report(reports: readonly JobReport[]): Promise<void> {
    return this.#do((queue) => queue.report(reports));
  }

  traces(ids: readonly string[]): Promise<(JobTrace | null)[]> {
    return this.#do((queue) => queue.traces(ids));
  }

  prune(request: PruneRequest): Promise<number> {
    return this.#do((queue) => queue.prune(request));
  }

  pause(queue: string): Promise<void> {
    return this.#do((inner) => inner.pause(queue));
  }

  resume(queue: string): Promise<void> {
    return this.#do((inner) => inner.resume(queue));
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  /** The memory queue does all of its work before it returns its promise: the lock is never held while something waits. */
  // deno-lint-ignore require-await -- a rejection, not a throw
  async #do<T>(work: (queue: MemoryQueue) => Promise<T>): Promise<T> {
    return this.#store.transaction((memory) => work(new MemoryQueue({ store: memory })));
  }
}
