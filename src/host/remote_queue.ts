/** A queue backend of a plugin, as the worker and the client see it. @module */

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
  sleep,
} from "../core/mod.ts";
import {
  cancelStatus,
  jobRecord,
  jobTrace,
  leasedJob,
  queueStats,
  receipt,
  renewReport,
  retryStatus,
  settleStatus,
} from "./answers.ts";
import { RemoteBackend, type RemoteParts } from "./remote_backend.ts";
import { boolean, count, list, Mismatch, nothing, nullable, type Shape } from "./shape.ts";

/** Every answer is checked: a backend that makes no sense rejects with `NUVOM_PLUGIN_ANSWER` and harms nobody else. */
export class RemoteQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability>;
  readonly store: string | undefined;
  readonly #remote: RemoteBackend;
  /** Leases that nobody waits for any more; what they bring goes back. */
  readonly #abandoned = new Set<Promise<void>>();

  /** The backend is open already. */
  constructor(parts: RemoteParts) {
    this.#remote = new RemoteBackend(parts);
    this.store = this.#remote.store;
    const claimed = new Set(parts.link.opened.capabilities);
    this.capabilities = new Set(QUEUE_CAPABILITIES.filter((known) => claimed.has(known)));
  }

  enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    return this.#remote.call("enqueue", [jobs], list(receipt, jobs.length));
  }

  /**
   * Waits `waitMs` longer than other calls. An abort is answered at once, and the plugin is told; jobs that come after
   * it are released.
   */
  async lease({ signal, ...request }: LeaseRequest): Promise<LeasedJob[]> {
    if (signal?.aborted) return [];
    const options = { waitMs: request.waitMs, signal };
    const leased = this.#remote.call("lease", [request], atMost(leasedJob, request.limit), options);
    return signal === undefined ? await leased : await this.#unlessAborted(leased, signal);
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    return this.#remote.call("renew", [leases, leaseMs], renewReport);
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    return this.#remote.call("settle", [settlements], list(settleStatus, settlements.length));
  }

  qsize(queue?: string): Promise<number> {
    return this.#remote.call("qsize", named(queue), count);
  }

  clear(queue?: string): Promise<number> {
    return this.#remote.call("clear", named(queue), count);
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    return this.#remote.call("inspect", [ids], list(nullable(jobRecord), ids.length));
  }

  stats(): Promise<QueueStats[]> {
    return this.#remote.call("stats", [], list(queueStats));
  }

  busy(queues: readonly string[] | null): Promise<boolean> {
    return this.#remote.call("busy", [queues], boolean);
  }

  retry(ids: readonly string[]): Promise<RetryStatus[]> {
    return this.#remote.call("retry", [ids], list(retryStatus, ids.length));
  }

  report(reports: readonly JobReport[]): Promise<void> {
    return this.#remote.call("report", [reports], nothing);
  }

  traces(ids: readonly string[]): Promise<(JobTrace | null)[]> {
    return this.#remote.call("traces", [ids], list(nullable(jobTrace), ids.length));
  }

  prune(request: PruneRequest): Promise<number> {
    return this.#remote.call("prune", [request], count);
  }

  cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    return this.#remote.call("cancel", [ids], list(cancelStatus, ids.length));
  }

  pause(queue: string): Promise<void> {
    return this.#remote.call("pause", [queue], nothing);
  }

  resume(queue: string): Promise<void> {
    return this.#remote.call("resume", [queue], nothing);
  }

  /** Lets leases that nobody waits for any more come in first, so that what they bring can go back. */
  async close(): Promise<void> {
    const { clock, closeTimeoutMs } = this.#remote.parts;
    const over = new AbortController();
    await Promise.race([Promise.all(this.#abandoned), sleep(clock, closeTimeoutMs, over.signal)]);
    over.abort();
    await this.#remote.close();
  }

  async #unlessAborted(leased: Promise<LeasedJob[]>, signal: AbortSignal): Promise<LeasedJob[]> {
    const aborted = Promise.withResolvers<null>();
    const abort = () => aborted.resolve(null);
    signal.addEventListener("abort", abort);
    try {
      return await Promise.race([leased, aborted.promise]) ?? this.#abandon(leased);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  #abandon(leased: Promise<LeasedJob[]>): [] {
    // Where the release fails too, the leases run out and the jobs are handed out again.
    const released = leased.then((jobs) => this.#release(jobs)).catch(() => {})
      .finally(() => this.#abandoned.delete(released));
    this.#abandoned.add(released);
    return [];
  }

  async #release(jobs: readonly LeasedJob[]): Promise<void> {
    if (jobs.length > 0) await this.settle(jobs.map(({ id, token }) => ({ id, token, action: "release" })));
  }
}

function named(queue: string | undefined): readonly string[] {
  return queue === undefined ? [] : [queue];
}

function atMost<T>(shape: Shape<T>, limit: number): Shape<T[]> {
  return (value, at) => {
    const found = list(shape)(value, at);
    if (found.length > limit) throw new Mismatch(`${found.length} were given where at most ${limit} were asked for`);
    return found;
  };
}
