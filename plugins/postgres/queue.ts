/** The queue: everything that the contract knows, shared by the processes of all machines that reach the server. @module */

import {
  type CancelStatus,
  checkJobs,
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
} from "nuvom";
import { cancelAll } from "./cancel.ts";
import { addJobs } from "./enqueue.ts";
import { takeReady } from "./lease.ts";
import { pruneFinished } from "./prune.ts";
import { makeReady } from "./ready.ts";
import { renewLeases } from "./renew.ts";
import { retryAll } from "./retry.ts";
import { COLUMNS, type JobRow, textArray, toRecord } from "./rows.ts";
import { settleAll } from "./settle.ts";
import { LOOK_AGAIN_MS, type Store } from "./store.ts";
import { keepReports, tracesOf } from "./traces.ts";
import { clearWaiting, countByState, countWaiting, isBusy } from "./waiting.ts";

/** Settlements after which a job waits again. */
const BACK_ACTIONS: ReadonlySet<Settlement["action"]> = new Set(["retry", "snooze", "release"]);

/** Made by the plugin. */
export class PostgresQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set(QUEUE_CAPABILITIES);
  readonly store: string;
  readonly #store: Store;
  readonly #release: () => Promise<void>;
  readonly #closing = new AbortController();
  readonly #leasing = new Set<Promise<LeasedJob[]>>();

  /** @param release Called once, when it is closed. */
  constructor(store: Store, release: () => Promise<void>) {
    this.#store = store;
    this.#release = release;
    this.store = store.name;
  }

  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    if (jobs.length === 0) return [];
    checkJobs(jobs);
    const receipts = await addJobs(this.#store, jobs);
    this.#store.bell.ring();
    return receipts;
  }

  lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const leasing = this.#lease(request);
    this.#leasing.add(leasing);
    const over = () => this.#leasing.delete(leasing);
    leasing.then(over, over);
    return leasing;
  }

  async renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    return leases.length === 0 ? { lost: [], cancelled: [] } : await renewLeases(this.#store, leases, leaseMs);
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    if (settlements.length === 0) return [];
    const statuses = await settleAll(this.#store, settlements);
    // Only what came back is work for someone.
    if (settlements.some(({ action }) => BACK_ACTIONS.has(action))) this.#store.bell.ring();
    return statuses;
  }

  qsize(queue?: string): Promise<number> {
    return countWaiting(this.#store, queue);
  }

  clear(queue?: string): Promise<number> {
    return clearWaiting(this.#store, queue);
  }

  async inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    const { database, s } = this.#store;
    const rows = await database.rows<[...JobRow, now: number]>(
      `SELECT ${COLUMNS}, ${s}.now_ms() FROM ${s}.jobs AS j LEFT JOIN ${s}.live AS l ON l.seq = j.seq WHERE j.id = ANY ($1::text[])`,
      textArray(ids),
    );
    const records = new Map(
      rows.map((row) => [row[1], asSeen(toRecord(row as unknown as JobRow), row.at(-1) as number)]),
    );
    return ids.map((id) => records.get(id) ?? null);
  }

  stats(): Promise<QueueStats[]> {
    return countByState(this.#store);
  }

  busy(queues: readonly string[] | null): Promise<boolean> {
    return isBusy(this.#store, queues);
  }

  retry(ids: readonly string[]): Promise<RetryStatus[]> {
    return retryAll(this.#store, ids);
  }

  async report(reports: readonly JobReport[]): Promise<void> {
    if (reports.length > 0) await keepReports(this.#store, reports);
  }

  traces(ids: readonly string[]): Promise<(JobTrace | null)[]> {
    return tracesOf(this.#store, ids);
  }

  prune(request: PruneRequest): Promise<number> {
    return pruneFinished(this.#store, request);
  }

  async cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    return ids.length === 0 ? [] : await cancelAll(this.#store, ids);
  }

  async pause(queue: string): Promise<void> {
    const { database, s } = this.#store;
    await database.rows(`INSERT INTO ${s}.paused_queues (name) VALUES ($1) ON CONFLICT DO NOTHING`, queue);
  }

  async resume(queue: string): Promise<void> {
    const { database, s, channel, bell } = this.#store;
    await database.rows(
      `WITH gone AS (DELETE FROM ${s}.paused_queues WHERE name = $1) SELECT pg_notify($2, '')`,
      queue,
      channel,
    );
    bell.ring();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // What they have taken must still reach those who asked.
    await Promise.allSettled(this.#leasing);
    await this.#release();
  }

  async #lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const { bell } = this.#store;
    const until = performance.now() + request.waitMs;
    let either: AbortSignal | undefined;
    while (!this.#closing.signal.aborted && request.signal?.aborted !== true) {
      const { count } = bell;
      await this.#store.lookWhenDue(() => makeReady(this.#store));
      const jobs = await takeReady(this.#store, request);
      const now = performance.now();
      if (jobs.length > 0 || now >= until) return jobs;
      // Made late: a busy worker never waits.
      either ??= AbortSignal.any([this.#closing.signal, ...(request.signal === undefined ? [] : [request.signal])]);
      await bell.wait(count, Math.max(0, Math.min(until - now, this.#store.dueInMs, LOOK_AGAIN_MS)), either);
    }
    return [];
  }
}

/** A job whose time has come is shown as `PENDING`, noticed or not. */
function asSeen(job: JobRecord, now: number): JobRecord {
  return job.state === "SCHEDULED" && job.runAt <= now ? { ...job, state: "PENDING" } : job;
}
