/** The memory queue: everything but durability and company. @module */

import {
  type CancelStatus,
  type EnqueueReceipt,
  isFinished,
  type JobRecord,
  type LeasedJob,
  leasedRecord,
  type LeaseRef,
  type LeaseRequest,
  type NewJob,
  newRecord,
  type QueueBackend,
  type QueueCapability,
  type QueueStats,
  type RenewReport,
  settledRecord,
  type Settlement,
  type SettleStatus,
} from "../../core/mod.ts";
import { cancelledByUser } from "../errors.ts";
import { MemoryStore } from "./store.ts";

/** Jobs live as long as the process. */
export class MemoryQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set<QueueCapability>([
    "delay",
    "priority",
    "fifo",
    "lease",
    "unique",
    "atomic_batch",
    "pause",
    "cancel",
    "inspect",
    "namespace",
  ]);
  readonly store: string;
  readonly #store: MemoryStore;
  readonly #closing = new AbortController();
  #leases = 0;

  /** @param options `store`: shared with the results. */
  constructor(options: { readonly store?: MemoryStore } = {}) {
    this.#store = options.store ?? new MemoryStore();
    this.store = this.#store.name;
  }

  enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    const now = this.#store.clock.now();
    const receipts = jobs.map((job) => {
      const holder = this.#store.add(newRecord(job, now));
      return { id: holder ?? job.id, duplicate: holder !== null };
    });
    this.#store.wake.ring();
    return Promise.resolve(receipts);
  }

  async lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const { clock, wake } = this.#store;
    const until = clock.now() + request.waitMs;
    const signal = request.signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([this.#closing.signal, request.signal]);
    while (!signal.aborted) {
      const jobs = this.#take(request);
      const now = clock.now();
      if (jobs.length > 0 || now >= until) return jobs;
      await wake.wait(clock, Math.max(0, Math.min(until, this.#store.nextDue()) - now), signal);
    }
    return [];
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    this.#store.moveDue();
    const until = this.#store.clock.now() + leaseMs;
    const lost: string[] = [];
    const cancelled: string[] = [];
    for (const lease of leases) {
      const entry = this.#store.leased(lease);
      if (entry === null) lost.push(lease.id);
      else {
        if (entry.cancelRequested) cancelled.push(lease.id);
        this.#store.extend(lease, until);
      }
    }
    return Promise.resolve({ lost, cancelled });
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    const now = this.#store.clock.now();
    const statuses = settlements.map((settlement): SettleStatus => {
      const entry = this.#store.leased(settlement);
      if (entry === null) return "stale";
      this.#store.put(entry, settledRecord(entry.record, settlement, now));
      return "settled";
    });
    this.#store.wake.ring();
    return Promise.resolve(statuses);
  }

  qsize(queue?: string): Promise<number> {
    return Promise.resolve(this.#waiting(queue).length);
  }

  clear(queue?: string): Promise<number> {
    const waiting = this.#waiting(queue);
    for (const { id } of waiting) {
      // Whatever heap still knows the job finds that its record has changed.
      this.#store.entries.get(id)!.record = { ...this.#store.entries.get(id)!.record };
      this.#store.entries.delete(id);
    }
    return Promise.resolve(waiting.length);
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    return Promise.resolve(ids.map((id) => this.#store.entries.get(id)?.record ?? null));
  }

  stats(): Promise<QueueStats[]> {
    this.#store.moveDue();
    const rows = new Map<string, { -readonly [K in keyof QueueStats]: QueueStats[K] }>();
    const row = (queue: string) => {
      const found = rows.get(queue) ??
        {
          queue,
          pending: 0,
          scheduled: 0,
          retrying: 0,
          running: 0,
          paused: this.#store.paused.has(queue),
          oldestAt: null,
        };
      rows.set(queue, found);
      return found;
    };
    this.#store.paused.forEach(row);
    for (const { record } of this.#store.entries.values()) {
      if (isFinished(record)) continue;
      const counts = row(record.queue);
      if (record.state === "RUNNING") counts.running++;
      else if (record.state === "SCHEDULED") counts[record.attempts > 0 ? "retrying" : "scheduled"]++;
      else {
        counts.pending++;
        counts.oldestAt = Math.min(counts.oldestAt ?? Infinity, record.runAt);
      }
    }
    return Promise.resolve([...rows.values()]);
  }

  cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    return Promise.resolve(ids.map((id) => this.#cancelOne(id)));
  }

  pause(queue: string): Promise<void> {
    this.#store.paused.add(queue);
    return Promise.resolve();
  }

  resume(queue: string): Promise<void> {
    this.#store.paused.delete(queue);
    this.#store.wake.ring();
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  #take(request: LeaseRequest): LeasedJob[] {
    this.#store.moveDue();
    const now = this.#store.clock.now();
    const jobs: LeasedJob[] = [];
    while (jobs.length < request.limit) {
      const entry = this.#store.takeNext(request.queues);
      if (entry === null) break;
      const leased = leasedRecord(entry.record, request, `${this.store}.${++this.#leases}`, now);
      this.#store.lease(entry, leased);
      jobs.push(leased);
    }
    return jobs;
  }

  #waiting(queue?: string): JobRecord[] {
    return [...this.#store.entries.values()].map(({ record }) => record).filter((record) =>
      (record.state === "PENDING" || record.state === "SCHEDULED") && (queue === undefined || record.queue === queue)
    );
  }

  #cancelOne(id: string): CancelStatus {
    const entry = this.#store.entries.get(id);
    if (entry === undefined) return "unknown";
    if (isFinished(entry.record)) return "finished";
    if (entry.record.state === "RUNNING") {
      entry.cancelRequested = true;
      return "requested";
    }
    const finishedAt = this.#store.clock.now();
    this.#store.put(entry, { ...entry.record, state: "CANCELLED", finishedAt, error: cancelledByUser(id) });
    return "cancelled";
  }
}
