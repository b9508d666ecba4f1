/** The SQLite queue: durable, shared by the processes of one machine. @module */

import {
  cancelledByUser,
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
} from "../../core/mod.ts";
import { asSeen } from "../due.ts";
import { leaseOrWait } from "../lease_or_wait.ts";
import { Endings } from "./endings.ts";
import { takeReady } from "./lease.ts";
import { addLeased, isNext } from "./hand_over.ts";
import { pruneFinished } from "./prune.ts";
import { renewLeases } from "./renew.ts";
import { retryOne } from "./retry.ts";
import { COLUMNS, INSERT, insertValues, type JobRow, toRecord } from "./rows.ts";
import { STATE } from "./schema.ts";
import { settleAll } from "./settle.ts";
import type { SqliteStore } from "./store.ts";
import { keepReports, traceOf } from "./traces.ts";
import { heldBy, holdKey } from "./unique_keys.ts";
import { clearWaiting, countByState, countWaiting, isBusy, WAITING } from "./waiting.ts";

/** Settlements after which a job waits again. */
const BACK_ACTIONS: ReadonlySet<Settlement["action"]> = new Set(["retry", "snooze", "release"]);

/** A lease that waits in this process: who adds a job leases it in the same transaction, for a second takes as long again. */
interface Offer {
  readonly request: LeaseRequest;
  /** What it was given. */
  jobs: LeasedJob[];
}

/** Everything that the contract knows. */
export class SqliteQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set(QUEUE_CAPABILITIES);
  readonly store: string;
  readonly #store: SqliteStore;
  readonly #closing = new AbortController();
  readonly #offers = new Set<Offer>();

  /** @param store Shared with the results; closed by its owner. */
  constructor(store: SqliteStore) {
    this.#store = store;
    this.store = store.name;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    if (jobs.length === 0) return [];
    checkJobs(jobs);
    const now = this.#store.clock.now();
    const offer = jobs.length === 1 ? this.#firstOffer() : undefined;
    let handedOut: LeasedJob | null = null;
    const receipts = this.#store.write(() => {
      if (offer === undefined || !isNext(this.#store, jobs[0]!, offer.request, now)) {
        return jobs.map((job) => this.#insert(job, now));
      }
      const add = (job: NewJob) => (handedOut = addLeased(this.#store, job, offer.request, now)) !== null;
      return jobs.map((job) => this.#insert(job, now, add));
    });
    // Only now: what was not committed is nobody's.
    if (offer !== undefined && handedOut !== null) offer.jobs = [handedOut];
    this.#store.wake.ring();
    return receipts;
  }

  lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const { clock, wake } = this.#store;
    return leaseOrWait(request, {
      clock,
      wake,
      closing: this.#closing.signal,
      take: () => takeReady(this.#store, request),
      watch: () => this.#store.watch(),
      waiting: (wait) => this.#waiting(request, wait),
    });
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    if (leases.length === 0) return { lost: [], cancelled: [] };
    const until = this.#store.clock.now() + leaseMs;
    return this.#store.writeLoosely(() => renewLeases(this.#store, leases, until));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    if (settlements.length === 0) return [];
    const now = this.#store.clock.now();
    const statuses = this.#store.write(() => settleAll(this.#store, settlements, now));
    // Only what came back is work for someone.
    if (settlements.some(({ action }) => BACK_ACTIONS.has(action))) this.#store.wake.ring();
    return statuses;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async qsize(queue?: string): Promise<number> {
    return this.#store.readTogether(() => countWaiting(this.#store, queue));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async clear(queue?: string): Promise<number> {
    return this.#store.write(() => clearWaiting(this.#store, queue));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    const now = this.#store.clock.now();
    return this.#store.read(() =>
      ids.map((id) => {
        const [row] = this.#store.rows<JobRow>(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`, id);
        return row === undefined ? null : asSeen(toRecord(row), now);
      })
    );
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async stats(): Promise<QueueStats[]> {
    return this.#store.readTogether(() => countByState(this.#store));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async busy(queues: readonly string[] | null): Promise<boolean> {
    return this.#store.readTogether(() => isBusy(this.#store, queues));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async retry(ids: readonly string[]): Promise<RetryStatus[]> {
    const statuses = this.#store.write(() => ids.map((id) => retryOne(this.#store, id)));
    if (statuses.includes("retried")) this.#store.wake.ring();
    return statuses;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async report(reports: readonly JobReport[]): Promise<void> {
    if (reports.length > 0) this.#store.writeLoosely(() => keepReports(this.#store, reports));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async traces(ids: readonly string[]): Promise<(JobTrace | null)[]> {
    return this.#store.read(() => ids.map((id) => traceOf(this.#store, id)));
  }

  prune(request: PruneRequest): Promise<number> {
    return pruneFinished(this.#store, request);
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    const now = this.#store.clock.now();
    return this.#store.write(() => {
      const endings = new Endings(now);
      const statuses = ids.map((id) => this.#cancelOne(id, endings));
      endings.write(this.#store);
      return statuses;
    });
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async pause(queue: string): Promise<void> {
    const sql = "INSERT INTO paused_queues (name) VALUES (?) ON CONFLICT DO NOTHING";
    this.#store.write(() => this.#store.run(sql, queue));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async resume(queue: string): Promise<void> {
    this.#store.write(() => this.#store.run("DELETE FROM paused_queues WHERE name = ?", queue));
    this.#store.wake.ring();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  async #waiting(request: LeaseRequest, wait: () => Promise<void>): Promise<LeasedJob[]> {
    const offer: Offer = { request, jobs: [] };
    this.#offers.add(offer);
    await wait();
    this.#offers.delete(offer);
    return offer.jobs;
  }

  /** Who has waited longest and may still be given something. */
  #firstOffer(): Offer | undefined {
    if (this.#closing.signal.aborted) return undefined;
    return [...this.#offers].find(({ request, jobs }) => jobs.length === 0 && request.signal?.aborted !== true);
  }

  #insert(job: NewJob, now: number, add = (job: NewJob) => this.#addReady(job, now)): EnqueueReceipt {
    const holder = job.uniqueKey === null ? null : heldBy(this.#store, job.uniqueKey, now);
    if (holder !== null) return { id: holder, duplicate: true };
    if (!add(job)) return { id: job.id, duplicate: true };
    if (job.uniqueKey !== null) holdKey(this.#store, job.uniqueKey, job.id, now + job.uniqueForMs);
    return { id: job.id, duplicate: false };
  }

  /** Whether its id was not there. */
  #addReady(job: NewJob, now: number): boolean {
    return this.#store.run(INSERT, ...insertValues(job, now)) === 1;
  }

  #cancelOne(id: string, endings: Endings): CancelStatus {
    const row = this.#store.get<{ seq: number; state: number }>("SELECT seq, state FROM jobs WHERE id = ?", id);
    if (row === undefined) return "unknown";
    if (row.state === STATE.running) {
      this.#store.run("UPDATE jobs SET cancel = 1 WHERE seq = ?", row.seq);
      return "requested";
    }
    if (!WAITING.includes(row.state)) return "finished";
    const sql = `UPDATE jobs SET state = ${STATE.cancelled}, finished_at = ?, error = ? WHERE seq = ?`;
    this.#store.run(sql, endings.at, JSON.stringify(cancelledByUser(id)), row.seq);
    endings.add(STATE.cancelled, row.seq);
    return "cancelled";
  }
}
