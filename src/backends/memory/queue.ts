/** The memory queue: everything but durability and company. @module */

import {
  type CancelStatus,
  checkJobs,
  type EnqueueReceipt,
  type JobRecord,
  type JobReport,
  type JobTrace,
  type LeasedJob,
  leasedRecord,
  type LeaseRef,
  type LeaseRequest,
  type NewJob,
  newRecord,
  type PruneRequest,
  QUEUE_CAPABILITIES,
  type QueueBackend,
  type QueueCapability,
  type QueueStats,
  type RenewReport,
  type RetryStatus,
  settledRecord,
  type Settlement,
  type SettleStatus,
  traceWith,
} from "../../core/mod.ts";
import { asSeen, isDue } from "../due.ts";
import { leaseOrWait } from "../lease_or_wait.ts";
import { takeByWeight, weightsOf } from "../weights.ts";
import { retryOne } from "./retry.ts";
import { type Entry, MemoryStore } from "./store.ts";

/** Jobs live as long as the process. */
export class MemoryQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set(QUEUE_CAPABILITIES)
    .difference(new Set<QueueCapability>(["durable", "shared"]));
  readonly store: string;
  readonly #store: MemoryStore;
  readonly #closing = new AbortController();

  /** @param options `store`: shared with the results. */
  constructor(options: { readonly store?: MemoryStore } = {}) {
    this.#store = options.store ?? new MemoryStore();
    this.store = this.#store.name;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    checkJobs(jobs);
    const now = this.#store.clock.now();
    const receipts = jobs.map((job) => {
      const holder = this.#store.add(newRecord(job, now));
      return { id: holder ?? job.id, duplicate: holder !== null };
    });
    this.#store.wake.ring();
    return receipts;
  }

  lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const { clock, wake } = this.#store;
    const take = () => ({ jobs: this.#take(request), nextDue: this.#store.nextDue() });
    return leaseOrWait(request, { clock, wake, closing: this.#closing.signal, take });
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    const until = this.#store.clock.now() + leaseMs;
    const lost: string[] = [];
    const cancelled: string[] = [];
    for (const lease of leases) {
      const entry = this.#store.leased(lease);
      if (entry === null) lost.push(lease.id);
      else {
        if (entry.cancelRequested) cancelled.push(lease.id);
        this.#store.extend(entry, until);
      }
    }
    return Promise.resolve({ lost, cancelled });
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    const now = this.#store.clock.now();
    const statuses = settlements.map((settlement): SettleStatus => {
      const entry = this.#store.leased(settlement);
      if (entry === null) return "stale";
      entry.backingOff = settlement.action === "retry";
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
    for (const entry of waiting) this.#store.remove(entry);
    return Promise.resolve(waiting.length);
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    const now = this.#store.clock.now();
    return Promise.resolve(ids.map((id) => {
      const record = this.#store.entries.get(id)?.record ?? this.#store.finished.get(id);
      return record === undefined ? null : asSeen(withoutLease(record), now);
    }));
  }

  stats(): Promise<QueueStats[]> {
    const now = this.#store.clock.now();
    const rows = new Map<string, Counts>();
    const row = (queue: string) => {
      let counts = rows.get(queue);
      if (counts === undefined) rows.set(queue, counts = noJobs(queue, this.#store.paused.has(queue)));
      return counts;
    };
    this.#store.paused.forEach(row);
    for (const entry of this.#store.entries.values()) count(row(entry.record.queue), entry, now);
    return Promise.resolve([...rows.values()]);
  }

  busy(queues: readonly string[] | null): Promise<boolean> {
    const now = this.#store.clock.now();
    const counts = ({ record, backingOff }: Entry) =>
      (queues === null || queues.includes(record.queue)) &&
      (record.state !== "SCHEDULED" || backingOff || isDue(record, now));
    return Promise.resolve([...this.#store.entries.values()].some(counts));
  }

  retry(ids: readonly string[]): Promise<RetryStatus[]> {
    const statuses = ids.map((id) => retryOne(this.#store, id));
    if (statuses.includes("retried")) this.#store.wake.ring();
    return Promise.resolve(statuses);
  }

  report(reports: readonly JobReport[]): Promise<void> {
    const { traces } = this.#store;
    for (const report of reports) {
      if (this.#store.leased(report) === null) continue;
      this.#store.setTrace(report.id, traceWith(traces.get(report.id) ?? null, report));
    }
    return Promise.resolve();
  }

  traces(ids: readonly string[]): Promise<(JobTrace | null)[]> {
    return Promise.resolve(ids.map((id) => this.#store.traces.get(id) ?? null));
  }

  prune(request: PruneRequest): Promise<number> {
    return Promise.resolve(this.#store.prune(request));
  }

  cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    return Promise.resolve(ids.map((id) => this.#cancelOne(id)));
  }

  pause(queue: string): Promise<void> {
    this.#store.pause(queue);
    return Promise.resolve();
  }

  resume(queue: string): Promise<void> {
    this.#store.resume(queue);
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
    const take = (queues: readonly string[] | null, count: number): LeasedJob[] => {
      const jobs: LeasedJob[] = [];
      while (jobs.length < count) {
        const entry = this.#store.takeNext(queues);
        if (entry === null) break;
        const leased = leasedRecord(entry.record, request, this.#store.nextToken(), now);
        this.#store.lease(entry, leased);
        jobs.push(leased);
      }
      return jobs;
    };
    const weights = weightsOf(request);
    if (weights === null) return take(request.queues, request.limit);
    return takeByWeight(request.limit, weights, (queue, count) => take([queue], count));
  }

  #waiting(queue?: string): Entry[] {
    return [...this.#store.entries.values()].filter(({ record }) =>
      record.state !== "RUNNING" && (queue === undefined || record.queue === queue)
    );
  }

  #cancelOne(id: string): CancelStatus {
    const entry = this.#store.entries.get(id);
    if (entry === undefined) return this.#store.finished.has(id) ? "finished" : "unknown";
    if (entry.record.state === "RUNNING") {
      this.#store.requestCancel(entry);
      return "requested";
    }
    this.#store.cancel(entry);
    return "cancelled";
  }
}

type Counts = { -readonly [K in keyof QueueStats]: QueueStats[K] };

function noJobs(queue: string, paused: boolean): Counts {
  return { queue, pending: 0, scheduled: 0, retrying: 0, running: 0, paused, oldestAt: null };
}

function count(counts: Counts, { record, backingOff }: Entry, now: number): void {
  if (record.state === "RUNNING") counts.running++;
  else if (record.state === "SCHEDULED" && !isDue(record, now)) counts[backingOff ? "retrying" : "scheduled"]++;
  else {
    counts.pending++;
    counts.oldestAt = Math.min(counts.oldestAt ?? Infinity, record.runAt);
  }
}

/** What proves the right to run a job is its worker's alone. */
function withoutLease(record: JobRecord): JobRecord {
  if (record.state !== "RUNNING") return record;
  const { token: _token, leaseUntil: _leaseUntil, ...rest } = record as LeasedJob;
  return rest;
}
